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
  const registered = await run<{ id: string }>(
    db,
    sql`SELECT t.id FROM token t WHERE t.${name} = ANY (${ids}::uuid[]) LIMIT ${limit + 1}::int`,
  );
  const tokens = registered.map((row) => row.id);
  if (tokens.length > limit) return tokens;
  const [purged] = await run<{ from: Date | null; to: Date | null }>(
    db,
    sql`SELECT min(week) AS "from", max(week) + interval '7 days' AS "to" FROM purged_week`,
  );
  if (purged === undefined || purged.from === null) return tokens;
  // issues of weeks that have left are indexed by these columns (index_issues_of_day); those of the others are not
  const left = await run<{ id: string }>(
    db,
    sql`SELECT p.token_id AS id FROM purged_week w, LATERAL (SELECT x.token_id FROM token_use x WHERE x.received_at >= ${purged.from}::timestamptz
        AND x.received_at < ${purged.to}::timestamptz AND x.received_at >= w.week AND x.received_at < w.week + interval '7 days'
        AND x.outcome = 'issued' AND x.${name} = ANY (${ids}::uuid[]) LIMIT ${limit + 1}::int) p LIMIT ${limit + 1 - tokens.length}::int`,
  );
  return [...tokens, ...left.map((row) => row.id)];
}
