import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";

const WEEK_MS = 7 * 86_400_000;
/** No token lives longer than a year; the rest is slack. */
const LIFE_MAX_WEEKS = 58;

/**
 * The week that the oldest token which expires at `at` or later was issued in. Older partitions hold nothing then, and would be read to the end to
 * find that out; this asks each for the last to expire. Not for any that does: as EXISTS the planner, who does not know how much of a partition a week is,
 * read whole weeks in the order of issue (28 s at 10,000,000 tokens).
 */
export async function oldestWeekExpiringAfter(db: Sql, at: Date): Promise<Date> {
  const since = new Date(at.getTime() - LIFE_MAX_WEEKS * WEEK_MS);
  const [row] = await run<{ week: Date | null }>(
    db,
    sql`SELECT min(w) AS week FROM generate_series(date_trunc('week', ${since}::timestamptz), ${at}::timestamptz, interval '7 days') w
      WHERE (SELECT t.expires_at FROM token t WHERE t.issued_at >= w AND t.issued_at < w + interval '7 days'
        ORDER BY t.expires_at DESC LIMIT 1) >= ${at}::timestamptz`,
  );
  return row?.week ?? at;
}
