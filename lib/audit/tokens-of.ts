import type { Sql } from "../db/sql.ts";
import { lowestUuidv7 } from "../ids.ts";
import { run, sql, trusted } from "../list-query/sql-fragment.ts";

/** So many of the log's first days are looked through for tokens whose issue has left it: nothing that lives longer is issued as a rule. */
const FIRST_DAYS = 35;

/**
 * The tokens of which uses are still in the log and the issue is not, by the uses of its first days, which are indexed by client and user. By family they are not, and are not looked for.
 */
async function withoutIssue(
  db: Sql,
  column: "client_id" | "user_id",
  ids: readonly string[],
  limit: number,
): Promise<string[]> {
  const [gone] = await run<{ until: Date | null }>(
    db,
    sql`SELECT max(day) + interval '1 day' AS until FROM purged_use_day`,
  );
  if (gone === undefined || gone.until === null) return [];
  const to = new Date(gone.until.getTime() + FIRST_DAYS * 86_400_000);
  const rows = await run<{ id: string }>(
    db,
    sql`SELECT DISTINCT x.token_id AS id FROM token_use x WHERE x.received_at >= ${gone.until}::timestamptz AND x.received_at < ${to}::timestamptz
      AND x.${trusted(column)} = ANY (${ids}::uuid[]) AND x.token_id < ${lowestUuidv7(gone.until)}::uuid LIMIT ${limit}::int`,
  );
  return rows.map((row) => row.id);
}

/**
 * The ids of the tokens that some clients or users hold or held, or that are of some families: those of the register, and those that have left it, as their
 * issue is in the log, or, of clients and users, a use in its first days. At most one more than `limit`; in no order.
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
  const known = new Set([...tokens, ...left.map((row) => row.id)]);
  if (column !== "family_id" && known.size <= limit)
    for (const id of await withoutIssue(db, column, ids, limit + 1 - known.size)) known.add(id);
  return [...known];
}
