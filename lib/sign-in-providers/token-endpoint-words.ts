/** What a token endpoint's error codes say, in words. @see RFC 6749 section 5.2 */
const ERROR_WORDS = new Map([
  ["invalid_grant", "it does not know the code, or the code is over or was used"],
  ["invalid_client", "it does not accept this console's client ID or client secret"],
  ["unauthorized_client", "it does not let this client exchange codes"],
  ["unsupported_grant_type", "it does not exchange codes"],
  ["invalid_request", "it takes the request for a wrong one"],
  ["invalid_scope", "it does not allow what is asked for"],
]);

/** Why a token endpoint gave no token. Of what it said itself only a code that we know stands in it. */
export function tokenEndpointWords(status: number, error: string | undefined): string {
  const words = ERROR_WORDS.get(error ?? "");
  return `the token endpoint answered ${status}${words === undefined ? "" : `: ${words}`}`;
}
