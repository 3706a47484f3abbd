import type { Context } from "../context.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { tokensOfTarget } from "../revocations/order-tokens.ts";
import { oldestWeekExpiringAfter } from "../tokens/oldest-week.ts";
import { readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";
import type { ClientLimits } from "./limits.ts";

/** What live tokens are held against: limits by client, or the longest that an audience takes. */
export type NewLimits =
  | { by: "client"; limits: readonly ClientLimits[] }
  | { by: "audience"; name: string; seconds: number };

/** When `token t` would end by the new limits, as it would have been issued under them. Null parts have no say. */
function endOf(limits: NewLimits): Fragment {
  const issued = sql`date_trunc('second', t.issued_at)`;
  if (limits.by === "audience") return sql`${issued} + make_interval(secs => ${limits.seconds}::int)`;
  return sql`CASE
    WHEN t.kind = 'refresh' THEN least(${issued} + make_interval(secs => l.idle), date_trunc('second', t.rooted_at) + make_interval(secs => l.absolute))
    WHEN t.grant_type = 'client_credentials' THEN ${issued} + make_interval(secs => l.service)
    ELSE least(${issued} + make_interval(secs => l.access), date_trunc('second', t.rooted_at) + make_interval(secs => l.family)) END`;
}

function tokensOf(limits: NewLimits): { from: Fragment; where: Fragment } {
  if (limits.by === "audience") {
    const { from, where } = tokensOfTarget("audience", limits.name);
    return { from, where: sql`${where} AND t.kind = 'access'` };
  }
  const rows = limits.limits.map(({ clientId, ...seconds }) => ({ client_id: clientId, ...seconds }));
  return {
    from: sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS l(client_id uuid, access int, service int, idle int, absolute int, family int)
      JOIN token t ON t.client_id = l.client_id`,
    where: sql`true`,
  };
}

/** Whether `token t` is to end by an instant already: a selection that it is in is revoked by then, and that was not called off. */
function endsBy(at: Fragment): Fragment {
  return sql`EXISTS (SELECT FROM selection_token x JOIN revocation_order o ON o.target_kind = 'selection' AND o.target_id = x.selection_id::text
    AND o.verb = 'revoke' WHERE x.token_id = t.id AND o.effective_from <= ${at} AND NOT EXISTS (SELECT FROM revocation_order k WHERE k.cancels_id = o.id))`;
}

/** The live tokens that outlive new limits, each with `ends_at`, its end by them, as a statement. */
export async function selectOutliving(ctx: Context, limits: NewLimits): Promise<Fragment> {
  const [pending, since] = await Promise.all([
    readPendingOrders(ctx.db, ctx.now),
    oldestWeekExpiringAfter(ctx.db, ctx.now),
  ]);
  const state = stateSql(pending, ctx.now, 0);
  const { from, where } = tokensOf(limits);
  return sql`SELECT t.id, t.kind, t.client_id, t.expires_at, e.ends_at FROM ${from} CROSS JOIN LATERAL (SELECT ${endOf(limits)} AS ends_at) e
    ${STATE_JOINS} WHERE ${where} AND t.issued_at >= ${since}::timestamptz AND t.expires_at > ${ctx.now}::timestamptz AND t.expires_at > e.ends_at
    AND NOT ${state.isRevoked} AND NOT (${state.isConsumed}) AND NOT ${endsBy(sql`e.ends_at`)}`;
}

export type Outliving = {
  access: number;
  refresh: number;
  clients: number;
  /** Those whose new limit has passed: they would end at once. */
  over: number;
  /** When the last of them would end by the new limits, and when it ends by itself; null where there is none. */
  endsAt: Date | null;
  expiresAt: Date | null;
};

/** Where counting takes longer, so many are looked at and the answer is "at least". */
const LOOKED_AT = 2_000;

function count(live: Fragment, now: Date): Fragment {
  return sql`SELECT (count(*) FILTER (WHERE p.kind = 'access'))::int AS access, (count(*) FILTER (WHERE p.kind = 'refresh'))::int AS refresh,
      count(DISTINCT p.client_id)::int AS clients, (count(*) FILTER (WHERE p.ends_at <= ${now}::timestamptz))::int AS over,
      max(p.ends_at) AS "endsAt", max(p.expires_at) AS "expiresAt" FROM (${live}) p`;
}

/** Counts the tokens that outlive new limits; exactly, unless that takes longer than two seconds. */
export async function countOutliving(
  ctx: Context,
  limits: NewLimits,
): Promise<Outliving & { isExact: boolean }> {
  const live = await selectOutliving(ctx, limits);
  const [all] = (await withinTime<Outliving>(ctx.db, count(live, ctx.now), 2_000)) ?? [];
  if (all !== undefined) return { ...all, isExact: true };
  const some = sql`${live} LIMIT ${LOOKED_AT}::int`;
  const [found] = (await withinTime<Outliving>(ctx.db, count(some, ctx.now), 1_000)) ?? [];
  const none = { access: 0, refresh: 0, clients: 0, over: 0, endsAt: null, expiresAt: null };
  return { ...(found ?? none), isExact: false };
}

export type Slice = { number: number; selectionId: string; endsAt: Date | null; tokens: number };

/** A token ends this much sooner than its limit at most: so many seconds, or this part of the time that it has left. */
const SLICE_SECONDS = 10;
const SLICE_GROWTH = 1.2;
/** Tokens of a chunk of a selection. */
const CHUNK = 5_000;

/**
 * Freezes what outlives new limits into selections by when they are to end: tokens whose ends are near to each other end together, with the first of
 * them. What has less than `SLICE_SECONDS` left ends at once. At most `max + 1` tokens are frozen.
 */
export async function freezeOutliving(
  tx: Parameters<typeof run>[0],
  {
    live,
    planId,
    filters,
    now,
    max,
  }: { live: Fragment; planId: string; filters: object; now: Date; max: number },
): Promise<Slice[]> {
  return run<Slice>(
    tx,
    sql`WITH picked AS MATERIALIZED (SELECT p.id, p.ends_at, extract(epoch FROM p.ends_at - ${now}::timestamptz)::float8 AS left_s
          FROM (${live}) p LIMIT ${max + 1}::int),
        put AS MATERIALIZED (SELECT id, ends_at, CASE WHEN left_s < ${SLICE_SECONDS}::int THEN -1
          ELSE floor(ln(left_s / ${SLICE_SECONDS}::int) / ln(${SLICE_GROWTH}::float8))::int END AS bucket FROM picked),
        slices AS MATERIALIZED (SELECT bucket, (row_number() OVER (ORDER BY bucket))::int AS number, uuidv7() AS selection_id, count(*)::int AS tokens,
          CASE WHEN bucket >= 0 THEN min(ends_at) END AS ends_at FROM put GROUP BY bucket),
        kept AS (INSERT INTO selection (id, filters, size, created_at)
          SELECT selection_id, ${JSON.stringify(filters)}::jsonb, tokens, ${now}::timestamptz FROM slices),
        chunks AS (INSERT INTO selection_chunk (selection_id, number, token_ids)
          SELECT s.selection_id, n.number, array_agg(n.id ORDER BY n.id)
          FROM (SELECT id, bucket, ((row_number() OVER (PARTITION BY bucket ORDER BY id) - 1) / ${CHUNK}::int)::int AS number FROM put) n
          JOIN slices s ON s.bucket = n.bucket GROUP BY s.selection_id, n.number),
        planned AS (INSERT INTO lifetime_plan_slice (plan_id, number, selection_id, ends_at)
          SELECT ${planId}::uuid, number, selection_id, ends_at FROM slices)
      SELECT number, selection_id AS "selectionId", ends_at AS "endsAt", tokens FROM slices ORDER BY number`,
  );
}
