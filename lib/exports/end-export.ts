import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { EXPORT_COLUMNS, type ExportRecord, exportName } from "./export-row.ts";

export type ExportEnd = {
  state: "completed" | "cancelled" | "cut" | "failed";
  rows: number;
  bytes: number;
  problem: string | null;
};

/**
 * Says how a running export ended, how many rows were written, and records it as `export.completed`, `.cancelled`, `.cut` or `.failed`. One that has
 * ended stays as it is.
 */
export async function endExport(ctx: Context, id: string, end: ExportEnd): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const [record] = await run<ExportRecord>(
      tx,
      sql`UPDATE list_export x SET state = ${end.state}, ended_at = ${ctx.now}::timestamptz, seen_at = ${ctx.now}::timestamptz,
          total = ${end.state === "completed" ? sql`${end.rows}::bigint` : sql`x.total`},
          total_is_exact = ${end.state === "completed" ? sql`true` : sql`x.total_is_exact`}, rows = ${end.rows}::bigint, bytes = ${end.bytes}::bigint, problem = ${end.problem}
        WHERE x.id = ${id}::uuid AND x.state = 'running' RETURNING ${EXPORT_COLUMNS}`,
    );
    if (record === undefined) return;
    await recordEntry(tx, ctx, {
      act: `export.${end.state}`,
      target: { kind: "export", id, name: exportName(record) },
      after: {
        list: record.list,
        format: record.format,
        query: record.query,
        rows: end.rows,
        bytes: end.bytes,
        ...(end.problem === null ? {} : { problem: end.problem }),
      },
    });
  });
}
