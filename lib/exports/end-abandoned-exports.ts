import { type Context, systemContext } from "../context.ts";
import type { Database } from "../db/database.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { endExport } from "./end-export.ts";
import { SILENT_SECONDS } from "./silence.ts";

/** Rows are kept this long for their owner; the log keeps its entries. */
const KEPT = "7 days";

/**
 * Ends exports whose process died before it could say so, on record, and takes away rows that are of no use any more. Any number of workers may
 * call it at once.
 */
export async function endAbandonedExports(
  db: Database,
  now: Date,
): Promise<{ ended: number; removed: number }> {
  const ctx: Context = systemContext(db, "worker", now);
  const silent = await run<{ id: string; rows: bigint; bytes: bigint }>(
    db,
    sql`SELECT id, rows, bytes FROM list_export WHERE state = 'running'
      AND seen_at < ${now}::timestamptz - make_interval(secs => ${SILENT_SECONDS}::int) ORDER BY id LIMIT 100`,
  );
  for (const { id, rows, bytes } of silent)
    await endExport(ctx, id, {
      state: "cut",
      rows: Number(rows),
      bytes: Number(bytes),
      problem: "The process that wrote it ended.",
    });
  const gone = await run(
    db,
    sql`DELETE FROM list_export WHERE (state <> 'running' AND created_at < ${now}::timestamptz - ${KEPT}::interval)
      OR (state = 'waiting' AND created_at < ${now}::timestamptz - interval '1 hour') RETURNING 1`,
  );
  return { ended: silent.length, removed: gone.length };
}
