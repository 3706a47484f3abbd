import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";

export type JwksCache = {
  /** Seconds that the JWKS may be kept. */
  seconds: number;
  /** Seconds that a cache may still hold what it has now: whole minutes longer where the JWKS was given out under a longer time not long ago. */
  heldSeconds: number;
};

/** How long the JWKS may be kept, and is kept by somebody by now. @throws {DomainError} UNAVAILABLE */
export async function readJwksCache(db: Sql): Promise<JwksCache> {
  const [row] = await db.query<JwksCache>(
    `SELECT jwks_cache_seconds AS seconds,
       greatest(jwks_cache_seconds, ceil(extract(epoch FROM jwks_cached_until - clock_timestamp()) / 60) * 60)::int AS "heldSeconds"
     FROM organisation WHERE id = 1`,
  );
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The organisation's settings are missing.");
  return row;
}
