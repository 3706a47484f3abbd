import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import type { ScannerDetail } from "./model.ts";
import { readScanner, readScanners } from "./scanner-record.ts";

/** Every scanner, by name. Needs `incident:read`. */
export async function listScanners(ctx: Context): Promise<ScannerDetail[]> {
  requirePermission(ctx, "incident:read");
  return readScanners(ctx.db, { where: sql`true`, now: ctx.now });
}

/** One of them. Needs `incident:read`. @throws {DomainError} NOT_FOUND */
export async function getScanner(ctx: Context, { scannerId }: { scannerId: string }): Promise<ScannerDetail> {
  requirePermission(ctx, "incident:read");
  return readScanner(ctx.db, { id: scannerId, now: ctx.now });
}
