import type { Sql } from "../db/sql.ts";

const BATCH = 5_000;
const KEPT = "30 days";

/** Acknowledgements go by ranges of their time: the index of it is of blocks. */
const ACKNOWLEDGEMENTS = `DELETE FROM feed_acknowledgement WHERE (verifier_id, instance_id, position) IN (SELECT verifier_id, instance_id, position
  FROM feed_acknowledgement WHERE at < $1::timestamptz - interval '${KEPT}' LIMIT $2::int)`;
const INSTANCES = `DELETE FROM verifier_instance WHERE (verifier_id, instance_id) IN (SELECT verifier_id, instance_id FROM verifier_instance
  WHERE seen_at < $1::timestamptz - interval '${KEPT}' ORDER BY seen_at LIMIT $2::int FOR UPDATE SKIP LOCKED)`;

async function deleteAll(db: Sql, statement: string, now: Date): Promise<number> {
  for (let deleted = 0; ; ) {
    const [row] = await db.query<{ count: bigint }>(
      `WITH gone AS (${statement} RETURNING 1) SELECT count(*) AS count FROM gone`,
      [now, BATCH],
    );
    const count = Number(row?.count ?? 0);
    deleted += count;
    if (count < BATCH) return deleted;
  }
}

/** Takes away when verifiers' instances came to a position, and instances that nothing was heard of, after 30 days. */
export async function purgeFeed(
  db: Sql,
  now: Date,
): Promise<{ acknowledgements: number; instances: number }> {
  return {
    acknowledgements: await deleteAll(db, ACKNOWLEDGEMENTS, now),
    instances: await deleteAll(db, INSTANCES, now),
  };
}
