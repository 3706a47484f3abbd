import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getAdminRow } from "./list-admins.ts";
import type { AdminRow } from "./model.ts";

/** An admin. Needs `admin:read`. @throws {DomainError} NOT_FOUND */
export async function getAdmin(ctx: Context, { adminId }: { adminId: string }): Promise<AdminRow> {
  requirePermission(ctx, "admin:read");
  return getAdminRow(ctx.db, { id: adminId, now: ctx.now });
}
