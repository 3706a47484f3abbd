import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { byTokenId } from "./by-token-id.ts";

export type FoundToken = {
  id: string;
  /** Whether its value has the hash that was given: false is a rewritten signature. Null where no hash was given. */
  isSameValue: boolean | null;
};

function badParameter(path: string, message: string): DomainError {
  return new DomainError("INVALID_INPUT", "Give a token's id or the SHA-256 of its value.", {
    fields: [{ path, message }],
  });
}

/**
 * The token that a jti or a SHA-256 (64 hex digits) means, or null; with `hash`, whether its value has that hash too. Never takes a raw value: that
 * is hashed where it was pasted. Needs `token:read`.
 *
 * @throws {DomainError} INVALID_INPUT for text that is neither; it is not repeated anywhere.
 */
export async function findToken(ctx: Context, text: string, hash?: string): Promise<FoundToken | null> {
  requirePermission(ctx, "token:read");
  const lower = text.trim().toLowerCase();
  const isHash = /^[0-9a-f]{64}$/.test(lower);
  if (!isHash && !isUuid(lower)) throw badParameter("by", "Is neither an id nor 64 hex digits.");
  const valueHash = (hash ?? (isHash ? lower : undefined))?.toLowerCase();
  if (valueHash !== undefined && !/^[0-9a-f]{64}$/.test(valueHash))
    throw badParameter("hash", "Is not 64 hex digits.");
  const where = isHash ? sql`t.value_hash = decode(${lower}, 'hex')` : byTokenId(lower);
  const [row] = await run<{ id: string; hash: string }>(
    ctx.db,
    sql`SELECT t.id, encode(t.value_hash, 'hex') AS hash FROM token t WHERE ${where} ORDER BY t.issued_at DESC LIMIT 1`,
  );
  if (row === undefined) return null;
  return { id: row.id, isSameValue: valueHash === undefined ? null : row.hash === valueHash };
}
