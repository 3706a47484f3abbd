import type { Sql } from "../db/sql.ts";

/** Plans that are looked at in one statement. */
const BATCH = 500;

/** How long a plan that was not used is kept after its end: long enough to say that it has expired. */
const KEPT = "1 hour";

/**
 * Takes plans away that ended long ago, with the selections that were frozen for those that were never used. What was placed stays on record,
 * with the selection that it reached.
 */
export async function purgePlans(db: Sql, now: Date): Promise<number> {
  let deleted = 0;
  for (;;) {
    const [row] = await db.query<{ count: bigint }>(
      `WITH gone AS (DELETE FROM order_plan WHERE id IN (SELECT id FROM order_plan WHERE expires_at < $1::timestamptz - interval '${KEPT}'
           ORDER BY expires_at LIMIT $2::int FOR UPDATE SKIP LOCKED) RETURNING target_kind, target_id),
         unfrozen AS (DELETE FROM selection x USING gone WHERE gone.target_kind = 'selection' AND x.id::text = gone.target_id
           AND NOT EXISTS (SELECT FROM revocation_order o WHERE o.target_kind = 'selection' AND o.target_id = gone.target_id))
       SELECT count(*) AS count FROM gone`,
      [now, BATCH],
    );
    const count = Number(row?.count ?? 0);
    deleted += count;
    if (count < BATCH) return deleted;
  }
}
