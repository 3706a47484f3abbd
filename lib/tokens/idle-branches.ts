import type { Database } from "../db/database.ts";
import { lowestUuidv7 } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { Branch } from "./branch.ts";
import { readTimeMarks } from "./count-by-times.ts";
import { countFew } from "./few-leads.ts";

const WEEK_MS = 7 * 86_400_000;

/**
 * The branches of exchanged tokens that were never used, of those of exchanged tokens: the weeks in which one had no use when it was counted, and what was
 * exchanged since. What was used then stays used. Null where the counts by time tell too little. An exchange is a use that the authority records, so that
 * there are next to none, and nothing else says so but looking each of them up.
 */
export async function idleBranches(db: Database, consumed: Branch): Promise<Branch[] | null> {
  const marks = await readTimeMarks(db);
  if (marks === null) return null;
  const since = sql`d.consumed_at >= ${marks.ends}::timestamptz`;
  if ((await countFew(db, sql`refresh_consumption d`, since)) === null) return null;
  const weeks = await run<{ week: Date }>(
    db,
    sql`SELECT DISTINCT week FROM token_time_tally WHERE facet = 'idle' AND tokens > 0 ORDER BY week`,
  );
  const { countFrom: _, ...branch } = consumed;
  const counted = weeks.map(({ week }) => ({
    ...branch,
    where: [
      ...branch.where,
      sql`d.consumed_at < ${marks.ends}::timestamptz`,
      sql`d.token_id >= ${lowestUuidv7(week)}::uuid AND d.token_id < ${lowestUuidv7(new Date(week.getTime() + WEEK_MS))}::uuid`,
    ],
  }));
  const fresh = {
    ...branch,
    // found by when they were exchanged, not in the order of ids
    from: sql`(SELECT * FROM refresh_consumption d WHERE ${since} OFFSET 0) d
      CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = uuid_extract_timestamp(d.token_id) AND x.id = d.token_id LIMIT 1) t`,
    isOrdered: false,
  };
  return [...counted, fresh];
}
