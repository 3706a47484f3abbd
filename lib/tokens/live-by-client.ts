import type { Sql } from "../db/sql.ts";
import { lowestUuidv7 } from "../ids.ts";
import { type Fragment, joined, run, sql } from "../list-query/sql-fragment.ts";
import { SOME } from "./few-leads.ts";
import { isAnyPending } from "./state-branches.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "./state-sql.ts";

const DAY_MS = 86_400_000;
/** Where the worker is further behind, too much is left to be looked at. */
const BEHIND_MAX_MS = 3_600_000;

export type LiveOfClient = { clientId: string; kind: "access" | "refresh"; tokens: number };

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

/**
 * Active tokens by client and kind, to the last one: of those that live beyond today's end (UTC) what the worker has counted and what was written since,
 * of those that expire today each that still lives. Null where it is not known so: while an order is pending, or where more was written since the last count than can
 * be looked at in passing.
 *
 * @param clientIds only these, or all.
 */
export async function liveByClient(
  db: Sql,
  { now, clientIds }: { now: Date; clientIds: readonly string[] | null },
): Promise<LiveOfClient[] | null> {
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
  // the marks as this statement sees them: what came after is not in what it adds up. What was read of them before tells the planner how little that is
  const isIssued = sql`t.issued_at >= ${marks.times}::timestamptz AND t.issued_at >= (SELECT m.times_until FROM token_client_tally_mark m)`;
  const ends = sql`(SELECT m.ends_until FROM token_client_tally_mark m)`;
  const isFresh = (at: Fragment) => sql`${at} >= ${since} AND ${at} >= ${ends}`;
  const [c, s, d] = [sql`c.token_id`, sql`s.token_id`, sql`d.token_id`];
  const both = sql`refresh_consumption c JOIN token_standing s ON s.token_id = c.token_id`;
  const isRevoked = sql`s.revoked_at IS NOT NULL`;
  const fresh = (sign: 1 | -1, rows: Fragment, id: Fragment, where: Fragment) =>
    sql`SELECT t.client_id, t.kind, ${sign}::int * count(*) FROM ${rows} ${tokenOf(id)} WHERE ${where} AND ${isLater} AND ${ofT} GROUP BY 1, 2`;
  const parts = [
    sql`SELECT y.client_id, y.kind, sum(CASE WHEN y.facet IN ('expires', 'both') THEN y.tokens ELSE -y.tokens END)::bigint AS n FROM token_client_tally y
      WHERE y.day >= (${tomorrow}::timestamptz AT TIME ZONE 'UTC')::date AND ${isAsked(sql`y.client_id`)} GROUP BY 1, 2`,
    sql`SELECT t.client_id, t.kind, count(*) FROM token t ${STATE_JOINS} WHERE t.expires_at > ${now}::timestamptz
      AND t.expires_at < ${tomorrow}::timestamptz AND ${ofT} AND ${state} = 'active' GROUP BY 1, 2`,
    sql`SELECT t.client_id, t.kind, count(*) FROM token t WHERE ${isIssued} AND ${isLater} AND ${ofT} GROUP BY 1, 2`,
    fresh(-1, sql`token_standing s`, s, sql`${isFresh(sql`s.recorded_at`)} AND ${isRevoked}`),
    fresh(-1, sql`refresh_consumption c`, c, isFresh(sql`c.consumed_at`)),
    fresh(1, both, c, sql`${isFresh(sql`c.consumed_at`)} AND ${isRevoked}`),
    fresh(1, both, s, sql`${isFresh(sql`s.recorded_at`)} AND ${isRevoked} AND c.consumed_at < ${ends}`),
    sql`SELECT t.client_id, t.kind, -count(*) FROM token_standing d ${tokenOf(d)} ${STATE_JOINS} WHERE ${suspended} AND ${isLater} AND ${ofT}
      AND ${state} = 'suspended' GROUP BY 1, 2`,
    sql`SELECT t.client_id, t.kind, -count(*) FROM token t ${STATE_JOINS} WHERE t.issued_at > ${now}::timestamptz AND ${isLater} AND ${ofT}
      AND ${state} = 'not_yet_valid' GROUP BY 1, 2`,
  ];
  const rows = await run<{ clientId: string; kind: "access" | "refresh"; tokens: bigint }>(
    db,
    sql`SELECT client_id AS "clientId", kind, sum(n)::bigint AS tokens FROM (${joined(parts, " UNION ALL ")}) AS counted
      GROUP BY 1, 2 HAVING sum(n) > 0`,
  );
  return rows.map((row) => ({ ...row, tokens: Number(row.tokens) }));
}
