import type { Sql } from "../db/sql.ts";
import { lowestUuidv7 } from "../ids.ts";
import { type Fragment, joined, run, sql } from "../list-query/sql-fragment.ts";
import { SOME } from "./few-leads.ts";
import type { TokenKind, TokenState } from "./model.ts";
import { isAnyPending } from "./state-branches.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "./state-sql.ts";

const DAY_MS = 86_400_000;
/** Where the worker is further behind, too much is left to be looked at. */
const BEHIND_MAX_MS = 3_600_000;

export type StatesOfClient = { clientId: string; kind: TokenKind; tokens: Record<TokenState, number> };

type Part = { clientId: string; kind: TokenKind; what: string; n: bigint };

/** How a statement of the counts is read; null: not in time. */
export type ReadParts = (statement: Fragment) => Promise<Part[] | null>;

/** Up to where clients' tokens are counted, and the first week that one who lives beyond today was issued in; null where they are being counted. */
async function readMarks(db: Sql, now: Date, tomorrow: Date) {
  const [marks] = await run<{ times: Date; ends: Date; week: Date | null }>(
    db,
    sql`SELECT m.times_until AS times, m.ends_until AS ends,
        (SELECT min(y.week) FROM token_client_tally y WHERE y.day >= (${tomorrow}::timestamptz AT TIME ZONE 'UTC')::date) AS week
      FROM token_client_tally_mark m`,
  );
  if (marks === undefined) return null;
  const oldest = Math.min(marks.times.getTime(), marks.ends.getTime());
  return now.getTime() - oldest > BEHIND_MAX_MS ? null : { ...marks, week: marks.week ?? marks.times };
}

const tokenOf = (id: Fragment) =>
  sql`CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = uuid_extract_timestamp(${id}) AND x.id = ${id} LIMIT 1) t`;

/** Tokens by state, of what the parts counted: all and those that ended by whether they expire today or before, or later; what lives by its state. */
function statesOf(count: (what: string) => number): Record<TokenState, number> {
  const good = (side: "before" | "later") =>
    count(`expires-${side}`) - count(`revoked-${side}`) - count(`consumed-${side}`) + count(`both-${side}`);
  const both = (what: string) => count(`${what}-before`) + count(`${what}-later`);
  const today = count("today-active") + count("today-suspended") + count("today-not_yet_valid");
  return {
    active: good("later") - count("suspended-later") - count("ahead-later") + count("today-active"),
    suspended: count("suspended-later") + count("today-suspended"),
    not_yet_valid: count("ahead-later") + count("today-not_yet_valid"),
    revoked: both("revoked"),
    consumed: both("consumed") - both("both"),
    expired: good("before") - today,
  };
}

/**
 * Tokens by client, kind and state, to the last one: what the worker has counted and what was written since, where it stands; of those that expire today (UTC) and
 * still live, each. Null where it is not known so: while an order is pending, or where more was written since the last count than can be looked at in passing.
 *
 * @param clientIds only these, or all.
 * @param isWithEnded whether revoked, consumed and expired ones are counted too; without it they are not told.
 */
export async function statesByClient(
  db: Sql,
  { now, clientIds, isWithEnded }: { now: Date; clientIds: readonly string[] | null; isWithEnded: boolean },
  read: ReadParts = (statement) => run<Part>(db, statement),
): Promise<StatesOfClient[] | null> {
  const pending = await readPendingOrders(db, now);
  if (isAnyPending(pending)) return null;
  const tomorrow = new Date((Math.floor(now.getTime() / DAY_MS) + 1) * DAY_MS);
  const marks = await readMarks(db, now, tomorrow);
  if (marks === null) return null;
  const since = sql`${marks.ends}::timestamptz`;
  const suspended = sql`d.suspended_order_id IS NOT NULL AND d.token_id >= ${lowestUuidv7(marks.week)}::uuid`;
  for (const few of [
    sql`SELECT count(*) AS count FROM token_standing s WHERE s.recorded_at >= ${since} AND s.revoked_at IS NOT NULL`,
    sql`SELECT count(*) AS count FROM refresh_consumption c WHERE c.consumed_at >= ${since}`,
    sql`SELECT count(*) AS count FROM token_standing d WHERE ${suspended}`,
  ]) {
    // all of them: with a limit the planner reads the table instead of the index by blocks
    const [row] = await run<{ count: bigint }>(db, few);
    if (Number(row?.count ?? 0) > SOME) return null;
  }

  const { state } = stateSql(pending, now, await readClockSkew(db));
  const isLater = sql`t.expires_at >= ${tomorrow}::timestamptz`;
  const isAsked = (column: Fragment) =>
    clientIds === null ? sql`true` : sql`${column} = ANY (${clientIds}::uuid[])`;
  const ofT = isAsked(sql`t.client_id`);
  const day = sql`(${tomorrow}::timestamptz AT TIME ZONE 'UTC')::date`;
  // what has ended is of any day; what lives beyond today needs no other
  const isOfTime = isWithEnded ? sql`true` : isLater;
  const side = sql`CASE WHEN ${isLater} THEN '-later' ELSE '-before' END`;
  // the marks as this statement sees them: what came after is not in what it adds up. What was read of them before tells the planner how little that is
  const isIssued = sql`t.issued_at >= ${marks.times}::timestamptz AND t.issued_at >= (SELECT m.times_until FROM token_client_tally_mark m)`;
  const ends = sql`(SELECT m.ends_until FROM token_client_tally_mark m)`;
  const isFresh = (at: Fragment) => sql`${at} >= ${since} AND ${at} >= ${ends}`;
  const [c, s, d] = [sql`c.token_id`, sql`s.token_id`, sql`d.token_id`];
  const both = sql`refresh_consumption c JOIN token_standing s ON s.token_id = c.token_id`;
  const isRevoked = sql`s.revoked_at IS NOT NULL`;
  const fresh = (facet: string, rows: Fragment, id: Fragment, where: Fragment) =>
    sql`SELECT t.client_id, t.kind, ${facet} || ${side}, count(*) FROM ${rows} ${tokenOf(id)} WHERE ${where} AND ${isOfTime} AND ${ofT} GROUP BY 1, 2, 3`;
  const parts = [
    sql`SELECT y.client_id, y.kind, y.facet || CASE WHEN y.day >= ${day} THEN '-later' ELSE '-before' END AS what, sum(y.tokens)::bigint AS n
      FROM token_client_tally y WHERE ${isWithEnded ? sql`true` : sql`y.day >= ${day}`} AND ${isAsked(sql`y.client_id`)} GROUP BY 1, 2, 3`,
    sql`SELECT t.client_id, t.kind, 'today-' || ${state}, count(*) FROM token t ${STATE_JOINS} WHERE t.expires_at > ${now}::timestamptz
      AND t.expires_at < ${tomorrow}::timestamptz AND ${ofT} GROUP BY 1, 2, 3`,
    sql`SELECT t.client_id, t.kind, 'expires' || ${side}, count(*) FROM token t WHERE ${isIssued} AND ${isOfTime} AND ${ofT} GROUP BY 1, 2, 3`,
    fresh("revoked", sql`token_standing s`, s, sql`${isFresh(sql`s.recorded_at`)} AND ${isRevoked}`),
    fresh("consumed", sql`refresh_consumption c`, c, isFresh(sql`c.consumed_at`)),
    fresh("both", both, c, sql`${isFresh(sql`c.consumed_at`)} AND ${isRevoked}`),
    fresh("both", both, s, sql`${isFresh(sql`s.recorded_at`)} AND ${isRevoked} AND c.consumed_at < ${ends}`),
    sql`SELECT t.client_id, t.kind, 'suspended-later', count(*) FROM token_standing d ${tokenOf(d)} ${STATE_JOINS} WHERE ${suspended} AND ${isLater} AND ${ofT}
      AND ${state} = 'suspended' GROUP BY 1, 2`,
    sql`SELECT t.client_id, t.kind, 'ahead-later', count(*) FROM token t ${STATE_JOINS} WHERE t.issued_at > ${now}::timestamptz AND ${isLater} AND ${ofT}
      AND ${state} = 'not_yet_valid' GROUP BY 1, 2`,
  ];
  const rows = await read(
    sql`SELECT client_id AS "clientId", kind, what, sum(n)::bigint AS n FROM (${joined(parts, " UNION ALL ")}) AS counted GROUP BY 1, 2, 3`,
  );
  if (rows === null) return null;
  const byClient = new Map<string, Part[]>();
  for (const row of rows) {
    const key = `${row.clientId} ${row.kind}`;
    byClient.set(key, [...(byClient.get(key) ?? []), row]);
  }
  return [...byClient.values()].map((of) => {
    const [{ clientId, kind }] = of as [Part];
    const counts = new Map(of.map(({ what, n }) => [what, Number(n)]));
    return { clientId, kind, tokens: statesOf((what) => counts.get(what) ?? 0) };
  });
}
