import { createHash } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, errors, importJWK, jwtVerify } from "jose";
import type { ClientKeyCache } from "#lib/client-keys/client-key-cache.ts";
import { ASSERTION_ALGORITHMS, type PublicJwk } from "#lib/client-keys/model.ts";
import type { Sql } from "#lib/db/sql.ts";
import { putOnce } from "#lib/protocol/state-store.ts";
import type { RegistryClient, RegistrySnapshot } from "#lib/registry/snapshot.ts";

/** @see RFC 7523 section 2.2 */
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/** Seconds that an assertion may be good for at most: so long is remembered that it was used. @see RFC 7523 section 3, point 4 */
const ASSERTION_LIFE_SECONDS = 3_600;
const ALGORITHMS: readonly string[] = ASSERTION_ALGORITHMS;

/** Whether an assertion's end lies no further ahead than it may. */
export function endsSoon(exp: unknown, nowMs: number): boolean {
  return typeof exp === "number" && exp <= nowMs / 1_000 + ASSERTION_LIFE_SECONDS;
}

/** Notes that something with an id of its own was used. @returns false where it was before. */
export function useOnce(sql: Sql, iss: string, jti: string, exp: number): Promise<boolean> {
  const id = createHash("sha256").update(`${iss}\n${jti}`).digest("base64url");
  return putOnce(sql, "ReplayDetection", id, new Date(exp * 1_000));
}

export type AssertionDoor = {
  registry: RegistrySnapshot;
  keys: ClientKeyCache;
  db: Sql;
  /** What an assertion may be meant for: this endpoint, the token endpoint, the issuer. */
  audiences: string[];
};

/**
 * The client that proves by a signed assertion who it is, at an endpoint that the protocol engine does not serve; null where it does not. Each assertion is good
 * once, at whatever endpoint.
 *
 * @see RFC 7523 section 3, RFC 8725 section 3.1
 */
export async function findAssertingClient(
  { registry, keys, db, audiences }: AssertionDoor,
  form: URLSearchParams,
): Promise<RegistryClient | null> {
  const assertion = form.get("client_assertion");
  if (assertion === null || form.get("client_assertion_type") !== ASSERTION_TYPE) return null;
  const read = readAssertion(assertion);
  const named = form.get("client_id");
  if (read === null || (named !== null && named !== read.clientId)) return null;
  const client = registry.clientsByClientId.get(read.clientId);
  if (client === undefined || client.isDisabled || client.authMethod !== "private_key_jwt") return null;
  const candidates = (await keys.keysFor(client, read.kid)).filter(
    ({ kid, alg, use }) =>
      (read.kid === undefined || kid === read.kid) &&
      (alg === undefined || alg === read.alg) &&
      (use === undefined || use === "sig"),
  );
  for (const jwk of candidates) {
    const payload = await verifyBy(jwk, assertion, {
      alg: read.alg,
      clientId: read.clientId,
      audiences,
      clockTolerance: registry.organisation.clockSkewSeconds,
    });
    if (payload === null) continue;
    const { jti, exp } = payload;
    const isGood = typeof jti === "string" && jti !== "" && exp !== undefined && endsSoon(exp, Date.now());
    if (!isGood) return null;
    const until = exp + registry.organisation.clockSkewSeconds;
    return (await useOnce(db, read.clientId, jti, until)) ? client : null;
  }
  return null;
}

function readAssertion(assertion: string): { clientId: string; kid: string | undefined; alg: string } | null {
  try {
    const { alg, kid } = decodeProtectedHeader(assertion);
    const { sub } = decodeJwt(assertion);
    if (typeof sub !== "string" || typeof alg !== "string" || !ALGORITHMS.includes(alg)) return null;
    return { clientId: sub, kid: typeof kid === "string" ? kid : undefined, alg };
  } catch {
    return null;
  }
}

async function verifyBy(
  jwk: PublicJwk,
  assertion: string,
  {
    alg,
    clientId,
    audiences,
    clockTolerance,
  }: { alg: string; clientId: string; audiences: string[]; clockTolerance: number },
) {
  try {
    const { payload } = await jwtVerify(assertion, await importJWK(jwk, alg), {
      algorithms: [alg],
      issuer: clientId,
      subject: clientId,
      audience: audiences,
      clockTolerance,
      requiredClaims: ["exp", "jti"],
    });
    return payload;
  } catch (error) {
    // a key of another type is a key that it was not signed with
    if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
    if (error instanceof DOMException) return null;
    throw error;
  }
}
