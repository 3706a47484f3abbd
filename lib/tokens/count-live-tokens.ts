import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql, trusted } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { liveByClient } from "./live-by-client.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "./state-sql.ts";

export type LiveTokens = { access: number; refresh: number };
type LiveOf = (id: string) => LiveTokens;
type Asked = { by: keyof typeof COLUMNS; ids: readonly string[]; now: Date };

const COLUMNS = { client: trusted("t.client_id"), user: trusted("t.user_id") } as const;
const TIMEOUT_MS = 1_900;

/** Each token that lives, looked at. */
async function walkOf(db: Sql, { by, ids, now }: Asked): Promise<Fragment> {
  const pending = await readPendingOrders(db, now);
  const state = stateSql(pending, now, await readClockSkew(db));
  return sql`SELECT ${COLUMNS[by]} AS id, count(*) FILTER (WHERE t.kind = 'access')::int AS access,
        count(*) FILTER (WHERE t.kind = 'refresh')::int AS refresh
      FROM token t ${STATE_JOINS} WHERE ${COLUMNS[by]} = ANY (${ids}::uuid[]) AND t.expires_at > ${now}::timestamptz
        AND ${state.state} = 'active' GROUP BY 1`;
}

const byId = (rows: readonly (LiveTokens & { id: string })[]): LiveOf => {
  const found = new Map(rows.map((row) => [row.id, { access: row.access, refresh: row.refresh }]));
  return (id) => found.get(id) ?? { access: 0, refresh: 0 };
};

/** What the worker has counted by client; null where that does not tell it. */
async function countedOf(db: Sql, { by, ids, now }: Asked): Promise<LiveOf | null> {
  const counted = by === "client" ? await liveByClient(db, { now, clientIds: ids }) : null;
  if (counted === null) return null;
  const of = new Map(counted.map(({ clientId, kind, tokens }) => [`${clientId} ${kind}`, tokens]));
  return (id) => ({ access: of.get(`${id} access`) ?? 0, refresh: of.get(`${id} refresh`) ?? 0 });
}

/** How many active tokens each of some clients or users has now; orders that are not settled yet count. */
export async function countLiveTokens(db: Sql, asked: Asked): Promise<LiveOf> {
  if (asked.ids.length === 0) return byId([]);
  return (await countedOf(db, asked)) ?? byId(await run(db, await walkOf(db, asked)));
}

/** The same for a list, or null where it takes longer than two seconds. */
export async function countLiveTokensInTime(db: Database, asked: Asked): Promise<LiveOf | null> {
  if (asked.ids.length === 0) return byId([]);
  const counted = await countedOf(db, asked);
  if (counted !== null) return counted;
  const rows = await withinTime<LiveTokens & { id: string }>(db, await walkOf(db, asked), TIMEOUT_MS);
  return rows === null ? null : byId(rows);
}
