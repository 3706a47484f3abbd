import type { Sql } from "../db/sql.ts";
import { run, sql, trusted } from "../list-query/sql-fragment.ts";

/**
 * The ids of the tokens that some clients or users hold or held, or that are of some families: those of the register, and those that have left it, as their
 * issue is in the log. At most one more than `limit`; in no order.
 */
export async function tokensOf(
  db: Sql,
  column: "client_id" | "user_id" | "family_id",
  ids: readonly string[],
  limit: number,
): Promise<string[]> {
  const name = trusted(column);
  const most = sql`LIMIT ${limit + 1}::int`;
  // issues of weeks that have left are indexed by these columns (index_issues_of_day); those of the others are not
  const rows = await run<{ id: string }>(
    db,
    sql`(SELECT t.id FROM token t WHERE t.${name} = ANY (${ids}::uuid[]) ${most})
      UNION ALL (SELECT p.token_id FROM purged_week w, LATERAL (SELECT x.token_id FROM token_use x WHERE x.received_at >= w.week
        AND x.received_at < w.week + interval '7 days' AND x.outcome = 'issued' AND x.${name} = ANY (${ids}::uuid[]) ${most}) p ${most})
      ${most}`,
  );
  return rows.map((row) => row.id);
}
