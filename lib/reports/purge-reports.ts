import type { Sql } from "../db/sql.ts";
import { MAX_REPORT_AGE_MS } from "./model.ts";

/** Rows deleted in one transaction: some tens of milliseconds. */
const BATCH = 5_000;
/** An id is kept for so long beyond the age at which its report would be refused anyway: clocks differ. */
const MARGIN_MS = 86_400_000;
/** Gaps stay as long as the log is kept hot. */
const GAPS_KEPT = "365 days";

const IDS = `DELETE FROM use_report WHERE ctid = ANY (ARRAY(SELECT ctid FROM use_report WHERE received_at < $1::timestamptz LIMIT ${BATCH}))`;
const GAPS = `DELETE FROM report_gap WHERE minute < $1::timestamptz - interval '${GAPS_KEPT}'`;
const LOSSES = `DELETE FROM report_loss WHERE told_at < $1::timestamptz - interval '${GAPS_KEPT}'`;

/**
 * Forgets the ids of reports that would be refused for their age if they came again, in small batches. The uses themselves are evidence and stay.
 *
 * @param db with the retention role.
 * @returns the ids that were forgotten.
 */
export async function purgeReports(db: Sql, now: Date, signal?: AbortSignal): Promise<number> {
  const before = new Date(now.getTime() - MAX_REPORT_AGE_MS - MARGIN_MS);
  await db.query(GAPS, [now]);
  await db.query(LOSSES, [now]);
  let forgotten = 0;
  while (signal?.aborted !== true) {
    const [row] = await db.query<{ count: bigint }>(
      `WITH gone AS (${IDS} RETURNING 1) SELECT count(*) AS count FROM gone`,
      [before],
    );
    const count = Number(row?.count ?? 0);
    forgotten += count;
    if (count < BATCH) break;
  }
  return forgotten;
}
