import { createHash } from "node:crypto";
import type { JWTPayload, JWTVerifyResult } from "jose";
import {
  AuthorizationResponseError,
  authorizationCodeGrantRequest,
  type Client,
  ClientSecretBasic,
  ClientSecretPost,
  processAuthorizationCodeResponse,
  processUserInfoResponse,
  ResponseBodyError,
  userInfoRequest,
  validateAuthResponse,
} from "oauth4webapi";
import { line } from "../input/plain-text.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { type ProviderMetadata, throughOutbound } from "./discover.ts";
import { isAway, KEY_SET_ALGORITHMS, type ProviderKeys } from "./key-set.ts";
import { FLOW_SECONDS, PROVIDER_SKEW_SECONDS } from "./model.ts";
import { ProviderRefused } from "./provider-refused.ts";
import { claimOf } from "./role-of-claims.ts";
import { tokenEndpointWords } from "./token-endpoint-words.ts";

/** The provider as a code is exchanged with it. */
export type ExchangingProvider = {
  clientId: string;
  clientSecret: string;
  roleClaim: string;
  metadata: ProviderMetadata;
  keys: ProviderKeys;
};

/** What the browser's cookies say of the question that this is the answer to. */
export type AskedOf = { state: string; nonce: string; codeVerifier: string; redirectUri: string };

/** What a provider has said of a person, checked: who they are is `issuer` and `subject`. */
export type ProviderIdentity = {
  issuer: string;
  subject: string;
  /** As it gave it; null where it did not, or does not vouch for it. */
  verifiedEmail: string | null;
  name: string | null;
  /** Of the ID token, and of the userinfo endpoint where the ID token was short of them. */
  claims: JWTPayload;
};

const SUBJECT_MAX = 255;
const NAME_MAX = 120;

/**
 * Takes the answer of a provider that a browser brought: holds it to the question (state, issuer), exchanges the code with the verifier, and checks the ID token: signature by a
 * key of the issuer's, algorithm, issuer, audience, authorized party, times, nonce, and the access token's hash where it has one. Reads the userinfo where the ID token lacks
 * the address or the roles; its subject must be the same. Writes nothing.
 *
 * @throws {ProviderRefused} PROVIDER_DECLINED, PROVIDER_AWAY, PROVIDER_FAILED
 * @see OpenID Connect Core 1.0 sections 3.1.2.7, 3.1.3.7 and 5.3.2, RFC 9207 section 2.4
 */
export async function exchangeCode(
  outbound: Outbound,
  provider: ExchangingProvider,
  answer: URLSearchParams,
  { asked, now }: { asked: AskedOf; now: Date },
): Promise<ProviderIdentity> {
  const progress: Progress = { status: null };
  try {
    return await exchange(outbound, provider, answer, { asked, now, progress });
  } catch (error) {
    throw refusalOf(error, progress);
  }
}

/** What the token endpoint answered; 0 while it is asked, null before. */
type Progress = { status: number | null };

async function exchange(
  outbound: Outbound,
  { clientId, clientSecret, roleClaim, metadata, keys }: ExchangingProvider,
  answer: URLSearchParams,
  { asked, now, progress }: { asked: AskedOf; now: Date; progress: Progress },
): Promise<ProviderIdentity> {
  const client: Client = { client_id: clientId };
  const way = throughOutbound(outbound);
  const params = validateAuthResponse(metadata, client, answer, asked.state);
  progress.status = 0;
  const response = await authorizationCodeGrantRequest(
    metadata,
    client,
    authenticationOf(metadata, clientSecret),
    params,
    asked.redirectUri,
    asked.codeVerifier,
    way,
  );
  progress.status = response.status;
  const tokens = await processAuthorizationCodeResponse(metadata, client, response, {
    expectedNonce: asked.nonce,
    requireIdToken: true,
  });
  const offered = metadata.id_token_signing_alg_values_supported ?? ["RS256"];
  const verified = await keys.verify(tokens.id_token ?? "", {
    issuer: metadata.issuer,
    audience: clientId,
    algorithms: KEY_SET_ALGORITHMS.filter((alg) => offered.includes(alg)),
    now,
  });
  const { payload } = verified;
  requireOwnClaims(verified, { clientId, nonce: asked.nonce, accessToken: tokens.access_token, now });
  const subject = payload.sub ?? "";
  let claims = payload;
  const isShort = payload.email === undefined || claimOf(payload, roleClaim) === undefined;
  if (isShort && metadata.userinfo_endpoint !== undefined) {
    const told = await userInfoRequest(metadata, client, tokens.access_token, way);
    // what the signed token says stands over what is only sent, which says nothing of how and when the person signed in
    const { acr, amr, auth_time, ...rest } = await processUserInfoResponse(metadata, client, subject, told);
    claims = { ...rest, ...payload };
  }
  // an address is as verified as the same source says
  const { email, email_verified: isVerified } = payload.email === undefined ? claims : payload;
  return {
    issuer: metadata.issuer,
    subject,
    verifiedEmail: typeof email === "string" && email.length <= 254 && isVerified === true ? email : null,
    name: line(NAME_MAX).safeParse(claims.name).data ?? null,
    claims,
  };
}

function authenticationOf(metadata: ProviderMetadata, secret: string) {
  const methods = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  return methods.includes("client_secret_basic") ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}

/** What the library leaves to whoever calls it. */
function requireOwnClaims(
  { payload, protectedHeader }: JWTVerifyResult,
  { clientId, nonce, accessToken, now }: { clientId: string; nonce: string; accessToken: string; now: Date },
): void {
  const fail = (what: string) => new ProviderRefused("PROVIDER_FAILED", `ID token: ${what}`);
  const { aud, azp, iat, sub, nonce: given, at_hash: hash } = payload;
  if (typeof sub !== "string" || sub === "" || sub.length > SUBJECT_MAX || sub.includes("\0"))
    throw fail("sub");
  if (given !== nonce) throw fail("nonce");
  if (Array.isArray(aud) && aud.length > 1 && azp === undefined) throw fail("azp is missing");
  if (azp !== undefined && azp !== clientId) throw fail("azp");
  const seconds = now.getTime() / 1000;
  if (iat === undefined || iat > seconds + PROVIDER_SKEW_SECONDS) throw fail("iat is in the future");
  if (iat < seconds - FLOW_SECONDS) throw fail("iat is too long ago");
  if (hash !== undefined && hash !== accessTokenHash(accessToken, protectedHeader.alg)) throw fail("at_hash");
}

/** @see OpenID Connect Core 1.0 section 3.1.3.6 */
function accessTokenHash(accessToken: string, alg: string): string {
  const bits = /^Ed/.test(alg) ? "512" : alg.slice(2);
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  return digest.subarray(0, digest.length / 2).toString("base64url");
}

/** Why the person did not come from there, by the provider's own word. */
const DECLINED = ["access_denied", "login_required", "interaction_required", "consent_required"];

function refusalOf(error: unknown, { status }: Progress): ProviderRefused {
  if (error instanceof ProviderRefused) return error;
  // a code that the provider gave tokens for was its own: from then on it has vouched. Before that anybody can make one up
  const given = { cause: error, isOnRecord: status !== null, isPaced: status !== 200 };
  if (error instanceof AuthorizationResponseError)
    return new ProviderRefused(
      DECLINED.includes(error.error) ? "PROVIDER_DECLINED" : "PROVIDER_FAILED",
      "the provider answered with an error",
      given,
    );
  if (isAway(error)) return new ProviderRefused("PROVIDER_AWAY", "the provider cannot be reached", given);
  if (status !== null && status > 0 && status !== 200) {
    const said = error instanceof ResponseBodyError ? error.error : undefined;
    return new ProviderRefused("PROVIDER_FAILED", tokenEndpointWords(status, said), given);
  }
  // the libraries' messages name a claim or parameter, never its value
  const detail = error instanceof Error ? error.message : "unknown";
  return new ProviderRefused("PROVIDER_FAILED", detail.slice(0, 200), given);
}
