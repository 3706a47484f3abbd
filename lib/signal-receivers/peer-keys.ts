import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from "jose";
import type { Outbound } from "../outbound/outbound.ts";

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1024;
/** Between two look-ups for a key that is not there. */
const COOLDOWN_MS = 30_000;
const CACHE_MS = 10 * 60_000;
/** Key sets that are held: as many as there can be peers. */
const HELD_MAX = 100;

/** The keys of peers by their addresses, fetched as they are needed and kept for minutes. */
export function createPeerKeys(outbound: Outbound): (jwksUrl: string) => JWTVerifyGetKey {
  const held = new Map<string, JWTVerifyGetKey>();
  return (jwksUrl) => {
    const known = held.get(jwksUrl);
    if (known !== undefined) return known;
    const keys = createRemoteJWKSet(new URL(jwksUrl), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: CACHE_MS,
      [customFetch]: async (url, { signal }) => {
        const { status, body } = await outbound.request({
          url,
          method: "GET",
          headers: { accept: "application/jwk-set+json, application/json", "user-agent": "tokenwarden" },
          timeoutMs: TIMEOUT_MS,
          maxAnswerBytes: MAX_BYTES,
          signal,
        });
        return new Response(new Uint8Array(body), { status });
      },
    });
    if (held.size >= HELD_MAX) held.clear();
    held.set(jwksUrl, keys);
    return keys;
  };
}
