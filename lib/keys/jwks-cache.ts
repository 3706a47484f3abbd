import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";

/** Seconds that the JWKS may be kept. */
export async function readJwksCacheSeconds(db: Sql): Promise<number> {
  const [row] = await db.query<{ seconds: number }>(
    "SELECT jwks_cache_seconds AS seconds FROM organisation WHERE id = 1",
  );
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The organisation's settings are missing.");
  return row.seconds;
}
