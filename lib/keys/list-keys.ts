import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { KeyRow } from "./model.ts";
import { readKeys } from "./read-key.ts";

/**
 * Every signing key, by purpose, newest first.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN.
 */
export async function listKeys(ctx: Context): Promise<KeyRow[]> {
  requirePermission(ctx, "key:read");
  return (await readKeys(ctx)).map(({ row }) => row);
}
