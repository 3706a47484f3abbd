import { createLocalJWKSet, errors, type JWK, type JWTVerifyResult, jwtVerify } from "jose";
import type { Outbound } from "../outbound/outbound.ts";
import { OutboundError } from "../outbound/outbound-error.ts";
import { PROVIDER_SKEW_SECONDS } from "./model.ts";
import { outboundFetch } from "./outbound-fetch.ts";

/** By a key pair alone: no `none`, and nothing that a public key or the client secret could sign. */
export const KEY_SET_ALGORITHMS: readonly string[] = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
/** How long keys are kept; a new one is looked for as soon as a token names it. */
const KEPT_MS = 600_000;
/** Unknown keys do not make us ask more often than this. */
const ASKED_AGAIN_MS = 5_000;
/** Nor signatures that a key we know does not make, once the keys were read for one: it may have been replaced under the name that it had. */
const SIGNED_ANEW_MS = 60_000;
const KEYS_MAX = 100;

/** Public keys of a key set that signatures could be checked by. @throws {OutboundError | Error} */
export async function readKeySet(outbound: Outbound, uri: string): Promise<JWK[]> {
  const response = await outboundFetch(outbound)(uri, {
    method: "GET",
    headers: { accept: "application/jwk-set+json, application/json" },
  });
  if (response.status !== 200) throw new Error(`answers ${response.status}`);
  const set: unknown = await response.json().catch(() => null);
  const keys = (set as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(keys) || keys.length > KEYS_MAX) throw new Error("is no key set");
  return keys.filter(
    (key): key is JWK =>
      typeof key === "object" &&
      key !== null &&
      ["RSA", "EC", "OKP"].includes(key.kty) &&
      (key.use === undefined || key.use === "sig") &&
      key.d === undefined,
  );
}

export type ProviderKeys = { verify(token: string, options: VerifyOptions): Promise<JWTVerifyResult> };
export type VerifyOptions = { issuer: string; audience: string; algorithms: readonly string[]; now: Date };

type Kept = { keys: JWK[]; readAt: number };

/** The keys of an issuer as this process keeps them; read anew, once, where a token names one that is not there, or is signed by another than the one of that name. */
export function createProviderKeys(
  outbound: Outbound,
  uri: string,
  now: () => number = Date.now,
): ProviderKeys {
  let kept: Kept | null = null;
  async function read(): Promise<Kept> {
    kept = { keys: await readKeySet(outbound, uri), readAt: now() };
    return kept;
  }
  let anew: { until: number; keys: Promise<Kept> } | null = null;
  /** Reads what one answer holds for all until the next may be asked for: soon, where there was none. */
  function readAnew(): Promise<Kept> {
    const reading = { until: now() + SIGNED_ANEW_MS, keys: read() };
    reading.keys.catch(() => {
      reading.until = now() + ASKED_AGAIN_MS;
    });
    anew = reading;
    return reading.keys;
  }
  /** Other keys than those that a signature did not hold by; null where there are none yet. @throws {OutboundError} where the provider is away: it may well hold by the keys that are there. */
  async function readOthers(than: Kept): Promise<Kept | null> {
    if (than !== kept) return kept;
    try {
      const others = await (anew === null || anew.until <= now() ? readAnew() : anew.keys);
      return others === than ? null : others;
    } catch (error) {
      if (isAway(error)) throw error;
      // without them it is what it was: the signature does not hold by the keys that we have
      return null;
    }
  }
  async function check(token: string, { keys }: Kept, options: VerifyOptions): Promise<JWTVerifyResult> {
    return jwtVerify(token, createLocalJWKSet({ keys }), {
      issuer: options.issuer,
      audience: options.audience,
      algorithms: [...options.algorithms],
      currentDate: options.now,
      clockTolerance: PROVIDER_SKEW_SECONDS,
      requiredClaims: ["iss", "sub", "aud", "exp", "iat"],
    });
  }
  return {
    async verify(token, options) {
      const isKept = kept !== null && kept.readAt > now() - KEPT_MS;
      const before = isKept && kept !== null ? kept : await read();
      try {
        return await check(token, before, options);
      } catch (error) {
        if (isKept && error instanceof errors.JWSSignatureVerificationFailed) {
          const others = await readOthers(before);
          if (others === null) throw error;
          return check(token, others, options);
        }
        const isUnknown = error instanceof errors.JWKSNoMatchingKey;
        if (!isUnknown || before.readAt > now() - ASKED_AGAIN_MS) throw error;
        return check(token, await read(), options);
      }
    },
  };
}

/** Whether what went wrong is the way to the provider, not what it said. */
export function isAway(error: unknown): boolean {
  return error instanceof OutboundError && (error.fault === "unreachable" || error.fault === "timeout");
}
