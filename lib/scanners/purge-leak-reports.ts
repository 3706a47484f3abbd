import type { Sql } from "../db/sql.ts";

/** How long what held nothing of ours stays counted. */
const KEPT = "90 days";

/** Takes away counts of reports that held nothing of ours, once they are old. What is in a case stays. @param db with the retention role. */
export async function purgeLeakReports(db: Sql, now: Date): Promise<number> {
  const gone = await db.query(
    `DELETE FROM leak_report WHERE incident_id IS NULL AND unknown_count = value_count AND last_received_at < $1::timestamptz - interval '${KEPT}' RETURNING id`,
    [now],
  );
  return gone.length;
}
