import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { LIST_PERMISSION } from "../lists/permission.ts";
import { exportDetailOf, exportName, readOwnExport } from "./export-row.ts";
import { type ExportDetail, FETCH_WITHIN_SECONDS } from "./model.ts";

/**
 * Takes a prepared export to be written, once. Recorded as `export.began` before the first byte. Needs `export:create` and the list's own
 * permission.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, GONE where it was fetched before or waited for too long, UNAVAILABLE
 */
export async function beginExport(ctx: Context, id: string): Promise<ExportDetail> {
  requirePermission(ctx, "overview:read");
  return ctx.db.transaction(async (tx) => {
    const record = await readOwnExport(tx, ctx, id, true);
    requirePermission(ctx, "export:create");
    requirePermission(ctx, LIST_PERMISSION[record.list]);
    const isLate = ctx.now.getTime() - record.createdAt.getTime() > FETCH_WITHIN_SECONDS * 1000;
    if (record.state !== "waiting" || isLate)
      throw new DomainError("GONE", "This export can be fetched no more. Begin a new one.");
    await run(
      tx,
      sql`UPDATE list_export SET state = 'running', began_at = ${ctx.now}::timestamptz, seen_at = ${ctx.now}::timestamptz
        WHERE id = ${record.id}::uuid`,
    );
    await recordEntry(tx, ctx, {
      act: "export.began",
      target: { kind: "export", id: record.id, name: exportName(record) },
      after: { list: record.list, format: record.format, query: record.query },
    });
    return { ...exportDetailOf(record), state: "running", beganAt: ctx.now.toISOString() };
  });
}
