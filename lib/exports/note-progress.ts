import type { Context } from "../context.ts";
import type { Total } from "../list-query/define-table.ts";
import { run, sql } from "../list-query/sql-fragment.ts";

export type ExportProgress = { rows: number; bytes: number; total: Total | null };

/** Writes down how far an export has come, and asks whether it is to go on. */
export async function noteProgress(
  ctx: Context,
  id: string,
  { rows, bytes, total }: ExportProgress,
): Promise<"go on" | "cancelled" | "ended"> {
  const [row] = await run<{ isCancelled: boolean }>(
    ctx.db,
    sql`UPDATE list_export SET rows = ${rows}::bigint, bytes = ${bytes}::bigint, total = ${total?.value ?? null}::bigint,
        total_is_exact = ${total?.isExact ?? false}::boolean, seen_at = ${ctx.now}::timestamptz
      WHERE id = ${id}::uuid AND state = 'running' RETURNING cancel_asked_at IS NOT NULL AS "isCancelled"`,
  );
  if (row === undefined) return "ended";
  return row.isCancelled ? "cancelled" : "go on";
}
