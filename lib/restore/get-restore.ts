import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { readOpenRestore } from "./find-restore.ts";
import type { OpenRestore } from "./model.ts";

/**
 * The restore that waits to be confirmed, with what is lost by it; null where none does. Needs `overview:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getRestore(ctx: Context): Promise<OpenRestore | null> {
  requirePermission(ctx, "overview:read");
  return readOpenRestore(ctx.db);
}
