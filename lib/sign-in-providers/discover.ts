import {
  type AuthorizationServer,
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
} from "oauth4webapi";
import type { Outbound } from "../outbound/outbound.ts";
import { OutboundError } from "../outbound/outbound-error.ts";
import { KEY_SET_ALGORITHMS, readKeySet } from "./key-set.ts";
import type { IssuerCheck } from "./model.ts";
import { outboundFetch } from "./outbound-fetch.ts";

/** What an issuer says of itself, all of it there that a sign-in needs. */
export type ProviderMetadata = AuthorizationServer & {
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
};

/** Why nobody can sign in by an issuer; the message may be shown to whoever entered it. */
export class DiscoveryFault extends Error {
  override name = "DiscoveryFault";
}

/** What may be called without TLS is `Outbound`'s to say, by origin: the library is told to leave it to that. */
export const throughOutbound = (outbound: Outbound) => ({
  [customFetch]: outboundFetch(outbound),
  [allowInsecureRequests]: true,
});

/** @see OpenID Connect Discovery 1.0 section 4 @throws {DiscoveryFault} */
export async function discover(outbound: Outbound, issuer: string): Promise<ProviderMetadata> {
  let metadata: AuthorizationServer;
  try {
    const url = new URL(issuer);
    const response = await discoveryRequest(url, { algorithm: "oidc", ...throughOutbound(outbound) });
    if (response.status !== 200)
      throw new DiscoveryFault(`answers ${response.status} at /.well-known/openid-configuration`);
    metadata =
      (await response
        .clone()
        .json()
        .catch(() => null)) ?? {};
    if (metadata.issuer !== issuer)
      throw new DiscoveryFault(
        typeof metadata.issuer === "string" && metadata.issuer.length <= 512
          ? `calls itself ${JSON.stringify(metadata.issuer)}: enter it just so`
          : "does not answer with the metadata of an OpenID Connect provider",
      );
    metadata = await processDiscoveryResponse(url, response);
  } catch (error) {
    if (error instanceof DiscoveryFault) throw error;
    if (error instanceof OutboundError) throw new DiscoveryFault(wordsOf(error), { cause: error });
    throw new DiscoveryFault("does not answer with the metadata of an OpenID Connect provider", {
      cause: error,
    });
  }
  await requireUsable(outbound, metadata);
  return metadata as ProviderMetadata;
}

/** Without the system's own code of it. */
function wordsOf({ message }: OutboundError): string {
  return message.replace(/ \(\w+\)$/, "");
}

const ENDPOINTS = ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] as const;

/** What of the metadata is read as a list. */
const LISTS = [
  "response_types_supported",
  "code_challenge_methods_supported",
  "id_token_signing_alg_values_supported",
  "token_endpoint_auth_methods_supported",
] as const;

async function requireUsable(outbound: Outbound, metadata: AuthorizationServer): Promise<void> {
  for (const name of ENDPOINTS) {
    const address = metadata[name];
    if (address === undefined && name === "userinfo_endpoint") continue;
    if (typeof address !== "string") throw new DiscoveryFault(`names no ${name}`);
    try {
      await outbound.check(address);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      throw new DiscoveryFault(`names a ${name} that ${wordsOf(error)}`, { cause: error });
    }
  }
  for (const name of LISTS)
    if (metadata[name] !== undefined && !Array.isArray(metadata[name]))
      throw new DiscoveryFault(`has a ${name} that is no list`);
  const { response_types_supported: types, code_challenge_methods_supported: methods } = metadata;
  if (types !== undefined && !types.includes("code"))
    throw new DiscoveryFault("does not offer the authorization code flow");
  if (methods !== undefined && !methods.includes("S256"))
    throw new DiscoveryFault("does not know PKCE by S256, which every sign-in here uses");
  const algorithms = metadata.id_token_signing_alg_values_supported ?? ["RS256"];
  if (!algorithms.some((alg) => KEY_SET_ALGORITHMS.includes(alg)))
    throw new DiscoveryFault("signs its ID tokens by no algorithm that is accepted here");
}

/** Everything that a sign-in needs of an issuer, its keys too, as it stands now. @throws {DiscoveryFault} */
export async function checkIssuer(outbound: Outbound, issuer: string): Promise<IssuerCheck> {
  const metadata = await discover(outbound, issuer);
  const keys = await readKeySet(outbound, metadata.jwks_uri).catch((cause: unknown) => {
    throw new DiscoveryFault(
      `has a key set that ${cause instanceof OutboundError ? wordsOf(cause) : (cause as Error).message}`,
      { cause },
    );
  });
  if (keys.length === 0) throw new DiscoveryFault("has no key that signatures can be checked by");
  const offered = metadata.id_token_signing_alg_values_supported ?? ["RS256"];
  const acr = (metadata as { acr_values_supported?: unknown }).acr_values_supported;
  return {
    issuer,
    authorizationEndpoint: metadata.authorization_endpoint,
    tokenEndpoint: metadata.token_endpoint,
    hasUserinfo: metadata.userinfo_endpoint !== undefined,
    namesItself: metadata.authorization_response_iss_parameter_supported === true,
    keys: keys.length,
    algorithms: offered.filter((alg) => KEY_SET_ALGORITHMS.includes(alg)),
    acrValues: Array.isArray(acr) ? acr.filter((one) => typeof one === "string").slice(0, 50) : [],
  };
}
