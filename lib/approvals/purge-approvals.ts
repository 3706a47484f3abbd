import type { Sql } from "../db/sql.ts";

/** How long what is over stays: the log has what was done. */
const KEPT = "90 days";

/** Takes away approvals that ended or lapsed long ago. What was done without a second person stays until it is reviewed. @param db with the retention role. */
export async function purgeApprovals(db: Sql, now: Date): Promise<number> {
  const gone = await db.query(
    `DELETE FROM approval WHERE created_at < $1::timestamptz - interval '${KEPT}' AND (way = 'asked' OR reviewed_at < $1::timestamptz - interval '${KEPT}') RETURNING id`,
    [now],
  );
  return gone.length;
}
