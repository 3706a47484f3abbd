import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { KeyRow } from "./model.ts";
import { type KeyRecord, keyRow, SELECT_KEYS } from "./read-key.ts";

/**
 * Every signing key, by purpose, newest first.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN.
 */
export async function listKeys(ctx: Context): Promise<KeyRow[]> {
  requirePermission(ctx, "key:read");
  const records = await ctx.db.query<KeyRecord>(
    `${SELECT_KEYS} ORDER BY k.purpose, k.created_at DESC, k.kid`,
    [ctx.now],
  );
  return Promise.all(records.map(keyRow));
}
