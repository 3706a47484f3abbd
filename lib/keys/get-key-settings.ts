import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { KeySettings } from "./model.ts";

/** With `lock` they are held for the caller's transaction. */
export async function readKeySettings(db: Sql, lock = false): Promise<KeySettings> {
  const [row] = await db.query<Omit<KeySettings, "cachedUntil"> & { cachedUntil: Date | null }>(
    `SELECT jwks_cache_seconds AS "jwksCacheSeconds", key_keep_days AS "keyKeepDays", version,
       CASE WHEN jwks_cached_until > clock_timestamp() THEN jwks_cached_until END AS "cachedUntil"
     FROM organisation WHERE id = 1${lock ? " FOR UPDATE" : ""}`,
  );
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The organisation's settings are missing.");
  return { ...row, cachedUntil: row.cachedUntil?.toISOString() ?? null };
}

/**
 * How long the JWKS may be kept, and a replaced key stays in it. Needs `key:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN.
 */
export async function getKeySettings(ctx: Context): Promise<KeySettings> {
  requirePermission(ctx, "key:read");
  return readKeySettings(ctx.db);
}
