import type { Sql } from "../db/sql.ts";

const BATCH = 500;

/** Takes plans away that ended over an hour ago, with the selections of those that were never used. What was ended stays on record. */
export async function purgeLifetimePlans(db: Sql, now: Date): Promise<number> {
  let deleted = 0;
  for (;;) {
    const [row] = await db.query<{ count: bigint }>(
      `WITH old AS MATERIALIZED (SELECT id, used_at FROM lifetime_plan WHERE expires_at < $1::timestamptz - interval '1 hour'
           ORDER BY expires_at LIMIT $2::int FOR UPDATE SKIP LOCKED),
         unfrozen AS (DELETE FROM selection x USING lifetime_plan_slice s, old WHERE s.plan_id = old.id AND old.used_at IS NULL AND x.id = s.selection_id),
         gone AS (DELETE FROM lifetime_plan p USING old WHERE p.id = old.id RETURNING 1)
       SELECT count(*) AS count FROM gone`,
      [now, BATCH],
    );
    const count = Number(row?.count ?? 0);
    deleted += count;
    if (count < BATCH) return deleted;
  }
}
