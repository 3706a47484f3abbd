import type { Database } from "#lib/db/database.ts";
import { rollUpAll } from "#lib/use-rollups/roll-up-uses.ts";

export type RollupReport = {
  seconds: number;
  rowsPerSecond: number;
  /** Of the rollups with their mixes and indexes, in bytes. */
  bytes: number;
  mixes: number;
  /** The histogram of seven days of all uses, in milliseconds: by the log, and by the rollups. */
  weekByLogMs: number;
};

/** Rolls up the whole log as the worker does, without its rests. */
export async function measureRollup(db: Database, rows: number): Promise<RollupReport> {
  const week = performance.now();
  await db.query(
    "SELECT date_bin('2 hours', received_at, timestamptz 'epoch'), outcome, count(*) FROM token_use WHERE received_at >= now() - interval '7 days' GROUP BY 1, 2",
  );
  const weekByLogMs = performance.now() - week;
  const startedAt = performance.now();
  await rollUpAll(db);
  const seconds = (performance.now() - startedAt) / 1_000;
  const [size] = await db.query<{ bytes: bigint; mixes: bigint; counted: bigint }>(
    `SELECT pg_total_relation_size('use_rollup') + pg_total_relation_size('use_mix') AS bytes, (SELECT count(*) FROM use_mix) AS mixes,
       (SELECT sum(issued + allowed + refused)::bigint FROM use_rollup WHERE grain = 900) AS counted`,
  );
  if (Number(size?.counted) !== rows) throw new Error(`${size?.counted} of ${rows} uses were rolled up`);
  return {
    seconds,
    rowsPerSecond: rows / seconds,
    bytes: Number(size?.bytes),
    mixes: Number(size?.mixes),
    weekByLogMs,
  };
}
