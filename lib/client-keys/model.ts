/** Public keys by which a client proves who it is; browser-safe. @see RFC 7517, RFC 7523 */
export type PublicJwk = Record<string, unknown> & { kty: string; kid?: string; alg?: string };

/** A key as it is shown. */
export type KeyLine = { kid: string | null; kty: string; alg: string | null };

/** How the last fetch of a client's keys went, as any of the authorities or the console saw it. Times are ISO 8601 in UTC. */
export type KeyFetch = {
  triedAt: string;
  /** When keys were last had from the address; null: never. */
  fetchedAt: string | null;
  /** Why the last try came to nothing; null where it did not. */
  error: string | null;
  keys: KeyLine[];
};

/** Bytes of a JWK Set. */
export const KEY_SET_MAX_BYTES = 64 * 1024;
export const KEYS_MAX = 50;
/** What an assertion may be signed with. @see RFC 8725 section 3.1 */
export const ASSERTION_ALGORITHMS = [
  "ES256",
  "ES384",
  "ES512",
  "PS256",
  "RS256",
  "EdDSA",
  "Ed25519",
] as const;
/** Seconds that fetched keys are used before they are fetched again. */
export const KEYS_KEPT_SECONDS = 600;
/** Seconds between two fetches, whatever kid an assertion names. */
export const KEYS_COOLDOWN_SECONDS = 30;

export function keyLineOf({ kid, kty, alg }: PublicJwk): KeyLine {
  return { kid: kid ?? null, kty, alg: alg ?? null };
}
