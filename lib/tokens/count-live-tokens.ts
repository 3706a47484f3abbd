import type { Sql } from "../db/sql.ts";
import { run, sql, trusted } from "../list-query/sql-fragment.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "./state-sql.ts";

export type LiveTokens = { access: number; refresh: number };

const COLUMNS = { client: trusted("t.client_id"), user: trusted("t.user_id") } as const;

/** How many active tokens each of some clients or users has now; orders that are not settled yet count. */
export async function countLiveTokens(
  db: Sql,
  { by, ids, now }: { by: keyof typeof COLUMNS; ids: readonly string[]; now: Date },
): Promise<(id: string) => LiveTokens> {
  if (ids.length === 0) return () => ({ access: 0, refresh: 0 });
  const pending = await readPendingOrders(db, now);
  const state = stateSql(pending, now, await readClockSkew(db));
  const rows = await run<LiveTokens & { id: string }>(
    db,
    sql`SELECT ${COLUMNS[by]} AS id, count(*) FILTER (WHERE t.kind = 'access')::int AS access,
        count(*) FILTER (WHERE t.kind = 'refresh')::int AS refresh
      FROM token t ${STATE_JOINS} WHERE ${COLUMNS[by]} = ANY (${ids}::uuid[]) AND t.expires_at > ${now}::timestamptz
        AND ${state.state} = 'active' GROUP BY 1`,
  );
  const found = new Map(rows.map((row) => [row.id, { access: row.access, refresh: row.refresh }]));
  return (id) => found.get(id) ?? { access: 0, refresh: 0 };
}
