import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { exportDetailOf, readOwnExport } from "./export-row.ts";
import type { ExportDetail } from "./model.ts";

/**
 * One of the actor's own exports, with how far it has come. Needs `overview:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN
 */
export async function getExport(ctx: Context, id: string): Promise<ExportDetail> {
  requirePermission(ctx, "overview:read");
  return exportDetailOf(await readOwnExport(ctx.db, ctx, id, false));
}
