import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { publicMembers } from "./generate-key.ts";
import type { KeyDetail } from "./model.ts";
import { type KeyRecord, keyRow, SELECT_KEYS } from "./read-key.ts";

/**
 * One signing key by its kid, with its public half.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN, NOT_FOUND.
 */
export async function getKey(ctx: Context, input: { kid: string }): Promise<KeyDetail> {
  requirePermission(ctx, "key:read");
  const [record] = await ctx.db.query<KeyRecord>(`${SELECT_KEYS} WHERE k.kid = $2::text`, [
    ctx.now,
    input.kid,
  ]);
  if (record === undefined) throw notFound("The key");
  return { ...(await keyRow(record)), publicJwk: publicMembers(record.publicJwk) };
}
