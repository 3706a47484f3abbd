import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { byTokenId } from "./by-token-id.ts";

/**
 * The token that a jti or a SHA-256 (64 hex digits) means, or null. Never takes a raw value: that is hashed where it was pasted.
 * Needs `token:read`.
 *
 * @throws {DomainError} INVALID_INPUT for text that is neither; it is not repeated anywhere.
 */
export async function findToken(ctx: Context, text: string): Promise<{ id: string } | null> {
  requirePermission(ctx, "token:read");
  const lower = text.trim().toLowerCase();
  const isHash = /^[0-9a-f]{64}$/.test(lower);
  if (!isHash && !isUuid(lower))
    throw new DomainError("INVALID_INPUT", "Give a token's id or the SHA-256 of its value.", {
      fields: [{ path: "by", message: "Is neither an id nor 64 hex digits." }],
    });
  const where = isHash ? sql`t.value_hash = decode(${lower}, 'hex')` : byTokenId(lower);
  const [row] = await run<{ id: string }>(
    ctx.db,
    sql`SELECT t.id FROM token t WHERE ${where} ORDER BY t.issued_at DESC LIMIT 1`,
  );
  return row === undefined ? null : { id: row.id };
}
