import type { Database } from "../db/database.ts";
import { lowestUuidv7 } from "../ids.ts";
import { all, type Fragment, joined, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import { withinTime } from "../list-query/within-time.ts";
import { TALLY_BEHIND_MAX_MS } from "./lead.ts";
import type { TokenState } from "./model.ts";
import { STATE_JOINS, type StateSql } from "./state-sql.ts";
import { EXPIRY_BUCKET_SECONDS, expiryBucketOf, instantOf } from "./time-buckets.ts";
import type { TimeQuestion } from "./time-question.ts";

/** More suspended tokens than these are not looked at one by one. */
const SUSPENDED_MAX = 20_000;

export type TimeMarks = { times: Date; ends: Date; uses: Date };

/** Up to where the counts by time go; null where rows of before are still being counted. */
export async function readTimeMarks(db: Database): Promise<TimeMarks | null> {
  const [marks] = await run<TimeMarks>(
    db,
    sql`SELECT times_until AS times, ends_until AS ends, uses_until AS uses FROM token_time_tally_mark`,
  );
  const isCounting = marks === undefined || Object.values(marks).some((mark) => mark.getTime() === 0);
  return isCounting ? null : marks;
}

type Counted = { what: string; n: bigint };

/** Counts of one instant, by name; null where they take too long, or where more was counted since `marks`: then what came after them is not what was read. */
async function countParts(
  db: Database,
  marks: TimeMarks,
  parts: readonly Fragment[],
  timeoutMs: number,
): Promise<Map<string, number> | null> {
  const isSame = sql`SELECT 'same' AS what, count(*) AS n FROM token_time_tally_mark WHERE times_until = ${marks.times}::timestamptz
    AND ends_until = ${marks.ends}::timestamptz AND uses_until = ${marks.uses}::timestamptz`;
  const rows = await withinTime<Counted>(
    db,
    sql`SELECT what, sum(n)::bigint AS n FROM (${joined([isSame, ...parts], " UNION ALL ")}) AS counted GROUP BY 1`,
    timeoutMs,
    "lookups",
  );
  if (rows === null) return null;
  const counts = new Map(rows.map(({ what, n }) => [what, Number(n)]));
  return counts.get("same") === 1 ? counts : null;
}

type Parts = { marks: TimeMarks; kinds: readonly string[] | null };

const ofKind = (column: Fragment, kinds: readonly string[] | null) =>
  kinds === null ? sql`true` : sql`${column} = ANY (${kinds}::text[])`;

/** Tokens that the tally has not counted. */
const freshTokens = ({ marks, kinds }: Parts) =>
  sql`t.issued_at >= ${marks.times}::timestamptz AND ${ofKind(sql`t.kind`, kinds)}`;

/** `what` of those whose expiry is in whole buckets of a window, and the window's rest counted where it stands. */
function expiringParts(parts: Parts, { from, to }: Window): Fragment[] | null {
  const step = EXPIRY_BUCKET_SECONDS;
  const first = from === null ? null : expiryBucketOf(new Date(from.getTime() + step * 1_000 - 1));
  const end = to === null ? null : expiryBucketOf(to);
  if (first !== null && end !== null && first >= end) return null;
  const whole = {
    from: first === null ? null : instantOf(first),
    to: end === null ? null : instantOf(end),
  };
  const cells = all([
    ...(first === null ? [] : [sql`bucket >= ${first}::bigint`]),
    ...(end === null ? [] : [sql`bucket < ${end}::bigint`]),
    ofKind(sql`kind`, parts.kinds),
  ]);
  const edges = [
    ...(from === null ? [] : [{ from, to: whole.from }]),
    ...(to === null ? [] : [{ from: whole.to, to }]),
  ];
  return [
    sql`SELECT 'n' AS what, coalesce(sum(tokens), 0)::bigint AS n FROM token_time_tally WHERE facet = 'expires' AND ${cells}`,
    sql`SELECT 'n', count(*) FROM token t WHERE ${freshTokens(parts)} AND ${inWindow(sql`t.expires_at`, whole)}`,
    ...edges.map(
      (edge) =>
        sql`SELECT 'n', count(*) FROM token t WHERE ${inWindow(sql`t.expires_at`, edge)} AND ${ofKind(sql`t.kind`, parts.kinds)}`,
    ),
  ];
}

function livingParts(parts: Parts, seconds: number): Fragment[] {
  return [
    sql`SELECT 'n' AS what, coalesce(sum(tokens), 0)::bigint AS n FROM token_time_tally WHERE facet = 'lives' AND bucket > ${seconds}::bigint
      AND ${ofKind(sql`kind`, parts.kinds)}`,
    sql`SELECT 'n', count(*) FROM token t WHERE ${freshTokens(parts)} AND t.expires_at - t.issued_at > make_interval(secs => ${seconds}::int)`,
  ];
}

const TOKEN_OF = (id: Fragment) =>
  sql`CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = uuid_extract_timestamp(${id}) AND x.id = ${id} LIMIT 1) t`;

function unusedParts({ marks }: Parts): Fragment[] {
  return [
    sql`SELECT facet AS what, sum(tokens)::bigint AS n FROM token_time_tally WHERE facet IN ('expires', 'used') GROUP BY 1`,
    sql`SELECT 'expires', count(*) FROM token t WHERE t.issued_at >= ${marks.times}::timestamptz`,
    sql`SELECT 'used', count(*) FROM token_usage u ${TOKEN_OF(sql`u.token_id`)}
      WHERE u.recorded_at >= ${marks.uses}::timestamptz AND u.last_used_at IS NOT NULL`,
  ];
}

type Facet = "expires" | "revoked" | "consumed" | "both";

/** What has to be counted to tell how many tokens are in a state. */
function facetsOf(state: TokenState): readonly Facet[] {
  if (state === "revoked") return ["revoked"];
  if (state === "consumed") return ["consumed", "both"];
  return state === "expired" || state === "active" ? ["expires", "revoked", "consumed", "both"] : [];
}

/** Tokens of these states may be few among those that live: they are found one by one, and are not active. */
const LIVE: ReadonlySet<TokenState> = new Set(["active", "suspended", "not_yet_valid"]);

type StatesAsked = { states: readonly TokenState[]; state: StateSql; now: Date; longestSeconds: number };

/**
 * What states come from: all tokens, revoked ones, exchanged ones and those that are both, each before and after the bucket of expiry that `now` is in, as
 * `expires-before` and so on; that bucket by its states; and the few that are suspended, or of a clock that is ahead.
 */
function stateParts(
  { marks, kinds }: Parts,
  { states, state, now, longestSeconds }: StatesAsked,
): Fragment[] {
  const current = expiryBucketOf(now);
  const [from, to] = [instantOf(current), instantOf(current + EXPIRY_BUCKET_SECONDS)];
  const isElsewhere = sql`(t.expires_at < ${from}::timestamptz OR t.expires_at >= ${to}::timestamptz)`;
  const side = sql`CASE WHEN t.expires_at < ${from}::timestamptz THEN '-before' ELSE '-after' END`;
  const kind = ofKind(sql`t.kind`, kinds);
  const since = sql`${marks.ends}::timestamptz`;
  const fresh = (facet: Facet, rows: Fragment, id: Fragment, where: Fragment) =>
    sql`SELECT ${facet} || ${side}, count(*) FROM ${rows} ${TOKEN_OF(id)} WHERE ${where} AND ${isElsewhere} AND ${kind} GROUP BY 1`;
  const [c, s] = [sql`c.token_id`, sql`s.token_id`];
  const both = sql`refresh_consumption c JOIN token_standing s ON s.token_id = c.token_id`;
  const isRevoked = sql`s.revoked_at IS NOT NULL`;
  const isFresh: Record<Facet, Fragment[]> = {
    expires: [
      sql`SELECT 'expires' || ${side}, count(*) FROM token t WHERE ${freshTokens({ marks, kinds })} AND ${isElsewhere} GROUP BY 1`,
    ],
    revoked: [fresh("revoked", sql`token_standing s`, s, sql`s.recorded_at >= ${since} AND ${isRevoked}`)],
    consumed: [fresh("consumed", sql`refresh_consumption c`, c, sql`c.consumed_at >= ${since}`)],
    both: [
      fresh("both", both, c, sql`c.consumed_at >= ${since} AND ${isRevoked}`),
      fresh("both", both, s, sql`s.recorded_at >= ${since} AND ${isRevoked} AND c.consumed_at < ${since}`),
    ],
  };
  const facets = [...new Set(states.flatMap(facetsOf))];
  const counted = sql`SELECT facet || CASE WHEN bucket < ${current}::bigint THEN '-before' ELSE '-after' END AS what, sum(tokens)::bigint AS n
    FROM token_time_tally WHERE facet = ANY (${facets}::text[]) AND bucket <> ${current}::bigint AND ${ofKind(sql`kind`, kinds)} GROUP BY 1`;
  const ofCurrent = sql`SELECT ${state.state}, count(*) FROM token t ${STATE_JOINS} WHERE t.expires_at >= ${from}::timestamptz
    AND t.expires_at < ${to}::timestamptz AND t.issued_at < ${to}::timestamptz AND ${kind} GROUP BY 1`;
  // who lives was issued in the longest lifetime; what the tally does not know yet, since
  const oldest = lowestUuidv7(
    new Date(now.getTime() - Math.max(longestSeconds * 1_000, TALLY_BEHIND_MAX_MS)),
  );
  const suspended = sql`token_standing d WHERE d.suspended_order_id IS NOT NULL AND d.token_id >= ${oldest}::uuid LIMIT ${SUSPENDED_MAX + 1}::int`;
  const live = [
    sql`SELECT 'suspensions', count(*) FROM (SELECT FROM ${suspended}) AS few`,
    sql`SELECT 'suspended-elsewhere', count(*) FROM (SELECT d.token_id FROM ${suspended}) AS few ${TOKEN_OF(sql`few.token_id`)} ${STATE_JOINS}
      WHERE ${isElsewhere} AND ${kind} AND ${state.state} = 'suspended'`,
    sql`SELECT 'ahead-elsewhere', count(*) FROM token t ${STATE_JOINS} WHERE t.issued_at > ${now}::timestamptz AND ${isElsewhere} AND ${kind}
      AND ${state.state} = 'not_yet_valid'`,
  ];
  return [
    counted,
    ...facets.flatMap((facet) => isFresh[facet]),
    ofCurrent,
    ...(states.some((one) => LIVE.has(one)) ? live : []),
  ];
}

/** How many tokens are in a state, of what `stateParts` counted. */
function inState(state: TokenState, counts: ReadonlyMap<string, number>): number {
  const of = (what: string) => counts.get(what) ?? 0;
  const everywhere = (what: string) => of(`${what}-before`) + of(`${what}-after`);
  const good = (side: string) =>
    of(`expires-${side}`) - of(`revoked-${side}`) - of(`consumed-${side}`) + of(`both-${side}`);
  const elsewhere = () => {
    switch (state) {
      case "revoked":
        return everywhere("revoked");
      case "consumed":
        return everywhere("consumed") - everywhere("both");
      case "expired":
        return good("before");
      case "suspended":
        return of("suspended-elsewhere");
      case "not_yet_valid":
        return of("ahead-elsewhere");
      case "active":
        return good("after") - of("suspended-elsewhere") - of("ahead-elsewhere");
      default:
        return state satisfies never;
    }
  };
  return of(state) + elsewhere();
}

/** What the counts tell: a last use changes with each use, and is counted where it stands. */
export type CountedByTimes = TimeQuestion & {
  by: Exclude<TimeQuestion["by"], { what: "lastUsed" | "clientStates" }>;
};

/**
 * How many tokens a question that the counts by time know has, to the last one: what is counted, and what was written since, where it stands. Null where that
 * is not known, or not within `timeoutMs`. `longestSeconds`: the longest lifetime that the tally knows. Ask for states only where no order is pending.
 */
export async function countByTimes(
  db: Database,
  { kinds, by }: CountedByTimes,
  {
    state,
    now,
    longestSeconds,
    timeoutMs,
  }: { state: StateSql; now: Date; longestSeconds: number; timeoutMs: number },
): Promise<number | null> {
  const marks = await readTimeMarks(db);
  if (marks === null) return null;
  const asked = { marks, kinds };
  const count = (parts: readonly Fragment[]) => countParts(db, marks, parts, timeoutMs);
  switch (by.what) {
    case "states": {
      const counts = await count(stateParts(asked, { states: by.states, state, now, longestSeconds }));
      if (counts === null || (counts.get("suspensions") ?? 0) > SUSPENDED_MAX) return null;
      return by.states.reduce((sum, one) => sum + inState(one, counts), 0);
    }
    case "expires": {
      const parts = expiringParts(asked, by.expires);
      const counts = parts === null ? null : await count(parts);
      return counts?.get("n") ?? null;
    }
    case "lives":
      return (await count(livingParts(asked, by.longerThanSeconds)))?.get("n") ?? null;
    case "neverUsed": {
      const counts = await count(unusedParts(asked));
      return counts === null ? null : (counts.get("expires") ?? 0) - (counts.get("used") ?? 0);
    }
    default:
      return by satisfies never;
  }
}
