import type { Sql } from "../db/sql.ts";

/** A detection that was not found again for so long leaves, but for those of cases. */
const KEEP = "365 days";
const BATCH = 5_000;

/** Takes detections away that nobody found again for a year. Needs the retention role. Returns how many. */
export async function purgeDetections(retention: Sql, now: Date): Promise<number> {
  let gone = 0;
  for (;;) {
    const rows = await retention.query(
      `DELETE FROM detection WHERE id IN (SELECT id FROM detection WHERE last_at < $1::timestamptz - interval '${KEEP}' AND state <> 'in_case'
         ORDER BY last_at LIMIT ${BATCH}) RETURNING id`,
      [now],
    );
    gone += rows.length;
    if (rows.length < BATCH) return gone;
  }
}
