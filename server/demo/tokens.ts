import type { AuthorityDoor, Origin } from "./authority-door.ts";
import type { HttpAnswer } from "./http-exchange.ts";

/** What a client holds. */
export type HeldToken = {
  value: string;
  scopes: ReadonlySet<string>;
  expiresAtMs: number;
  lifetimeMs: number;
};
export type HeldPair = { access: HeldToken; refreshValue: string | null };

/** The authority refused; `code` is RFC 6749's. */
export class Refusal extends Error {
  override name = "Refusal";
  readonly code: string;
  constructor(code: string) {
    super(`refused: ${code}`);
    this.code = code;
  }
}

/** A client's way to show who it is: a secret, or only its name. */
export type ClientIdentity = { clientId: string; secret: string | null };

function authentication({ clientId, secret }: ClientIdentity, form: URLSearchParams): Record<string, string> {
  if (secret === null) {
    form.set("client_id", clientId);
    return {};
  }
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** @throws {Refusal} with the OAuth error of an answer that is not a token. */
function readTokens({ status, body }: HttpAnswer, nowMs: number): HeldPair {
  let answer: Record<string, unknown> = {};
  try {
    answer = JSON.parse(body) as Record<string, unknown>;
  } catch {
    // an answer that is not JSON has no error code to tell
  }
  if (status !== 200 || typeof answer.access_token !== "string")
    throw new Refusal(typeof answer.error === "string" ? answer.error : `status ${status}`);
  const lifetimeMs = Number(answer.expires_in) * 1_000;
  return {
    access: {
      value: answer.access_token,
      scopes: new Set(String(answer.scope ?? "").split(" ")),
      expiresAtMs: nowMs + lifetimeMs,
      lifetimeMs,
    },
    refreshValue: typeof answer.refresh_token === "string" ? answer.refresh_token : null,
  };
}

async function requestTokens(
  door: AuthorityDoor,
  client: ClientIdentity,
  parameters: Record<string, string>,
  from: Origin,
): Promise<HeldPair> {
  const { token } = await door.endpoints();
  const form = new URLSearchParams(parameters);
  const headers = authentication(client, form);
  return readTokens(await door.post(token, form, from, headers), Date.now());
}

/** @throws {Refusal | Unreachable} */
export async function requestServiceToken(
  door: AuthorityDoor,
  client: ClientIdentity,
  from: Origin,
): Promise<HeldToken> {
  return (await requestTokens(door, client, { grant_type: "client_credentials" }, from)).access;
}

/** @throws {Refusal | Unreachable} */
export function redeemCode(
  door: AuthorityDoor,
  client: ClientIdentity,
  given: { code: string; verifier: string; redirectUri: string },
  from: Origin,
): Promise<HeldPair> {
  const parameters = {
    grant_type: "authorization_code",
    code: given.code,
    code_verifier: given.verifier,
    redirect_uri: given.redirectUri,
  };
  return requestTokens(door, client, parameters, from);
}

/** @throws {Refusal | Unreachable} */
export function refreshTokens(
  door: AuthorityDoor,
  client: ClientIdentity,
  refreshValue: string,
  from: Origin,
): Promise<HeldPair> {
  return requestTokens(door, client, { grant_type: "refresh_token", refresh_token: refreshValue }, from);
}

/** Signs a person out at the authority: their client gives the refresh token back. @see RFC 7009 */
export async function giveBack(
  door: AuthorityDoor,
  client: ClientIdentity,
  refreshValue: string,
  from: Origin,
): Promise<void> {
  const { revoke } = await door.endpoints();
  const form = new URLSearchParams({ token: refreshValue, token_type_hint: "refresh_token" });
  const headers = authentication(client, form);
  await door.post(revoke, form, from, headers);
}
