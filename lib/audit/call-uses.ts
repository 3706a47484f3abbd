import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { negationKey } from "../list-query/negations.ts";
import { all, type Fragment, joined, run, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { busyPartsOf, HOUR } from "../use-rollups/busy-parts.ts";
import type { CallKind } from "../use-rollups/call-days.ts";
import { ceilTo, DAY, floorTo, type Span } from "../use-rollups/grains.ts";
import { type MixValues, mixConditions, sumOf } from "../use-rollups/mix.ts";
import { type Direction, earlier, later } from "../use-rollups/stretches.ts";
import type { CountedUses } from "./busy-uses.ts";
import type { TokenUsesQuery } from "./table.ts";
import { columnConditions, mixValuesOf, notByMix } from "./use-filters.ts";

type Filters = TokenUsesQuery["filters"];

/** What a kind's values are asked by. */
const ASKED: Record<CallKind, readonly (keyof Filters)[]> = {
  path: ["path", negationKey("path")],
  agent: ["agent", negationKey("agent")],
};
const METHOD: readonly (keyof Filters)[] = ["method", negationKey("method")];

/** By which values a query is looked for, by which of its filters; `isAll`: there is nothing beside them but what rollups count by. */
type Looked = { kind: CallKind; filters: Filters; isAll: boolean };

const has = (filters: Filters, keys: readonly (keyof Filters)[]) =>
  keys.some((key) => filters[key] !== undefined);

function findLooked(filters: Filters): Looked | null {
  const others = notByMix(filters);
  const isByPath = has(others, ASKED.path);
  if (!isByPath && !has(others, [...ASKED.agent, ...METHOD])) return null;
  const kind = isByPath ? "path" : "agent";
  const keys = [...ASKED[kind], ...METHOD];
  const entries = Object.entries(others);
  const by = entries.filter(([key]) => keys.some((one) => one === key));
  return { kind, filters: Object.fromEntries(by), isAll: by.length === entries.length };
}

const daysIn = ({ kind }: Looked, { from, to }: Span) =>
  sql`s.kind = ${kind} AND s.is_whole AND s.day >= ${floorTo(from, DAY)}::timestamptz AND s.day < ${to}::timestamptz`;

/** The counted days of a range; `haveMixes`: each of them has counts by mix. */
async function readDays(db: Sql, looked: Looked, range: Span): Promise<{ days: Date[]; haveMixes: boolean }> {
  const days = await run<{ day: Date; hasMixes: boolean }>(
    db,
    sql`SELECT s.day, s.has_mixes AS "hasMixes" FROM call_use_day s WHERE ${daysIn(looked, range)} ORDER BY s.day`,
  );
  return { days: days.map(({ day }) => day), haveMixes: days.every(({ hasMixes }) => hasMixes) };
}

/** Whether nothing is asked of what rollups count by but the outcome. */
export const isByOutcome = (values: MixValues): boolean =>
  Object.keys(values).every((key) => key === "outcome" || key === "notOutcome");

const HERE = "here";

/** The whole hours that counted days answer, and what is left to the log; null: they answer nothing. */
function partsOf(range: Span, days: readonly Date[]): { rolled: Span; log: Span[] } | null {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return null;
  const inner = {
    from: later(range.from, first),
    to: earlier(range.to, new Date(last.getTime() + DAY * 1_000)),
  };
  const parts = busyPartsOf(
    inner,
    [HERE],
    days.map((day) => ({ subject: HERE, day })),
    null,
  );
  if (parts === null) return null;
  const outer = [
    { from: range.from, to: inner.from },
    { from: inner.to, to: range.to },
  ].filter(({ from, to }) => from < to);
  return { rolled: parts.rolled, log: [...parts.log.map(({ from, to }) => ({ from, to })), ...outer] };
}

/** The values of counted days that match, as `x`, which has the names of the log's columns. */
function valuesOf({ kind, filters }: Looked, { from, to }: Span): Fragment {
  return sql`(SELECT c.*, c.value AS path, c.value AS user_agent FROM call_use c
      WHERE c.kind = ${kind} AND c.day >= ${floorTo(from, DAY)}::timestamptz AND c.day < ${to}::timestamptz) x
    WHERE ${all(columnConditions(filters))}`;
}

const hourly = (hours: Fragment, { from, to }: Span, columns: Fragment) =>
  sql`SELECT h.at, ${columns} FROM (SELECT u.day + make_interval(hours => u.hour::int) AS at, u.* FROM (${hours}) u) h
    WHERE h.at >= ${from}::timestamptz AND h.at < ${to}::timestamptz`;

/** Counts by hour and outcome: `at`, `outcome`, `n`. */
function outcomesOf(looked: Looked, span: Span, isIntact: Fragment): Fragment {
  const counts = hourly(
    sql`SELECT x.day, unnest(x.hours) AS hour, unnest(x.issued) AS issued, unnest(x.allowed) AS allowed, unnest(x.refused) AS refused
      FROM ${valuesOf(looked, span)} AND ${isIntact}`,
    span,
    sql`sum(h.issued) AS issued, sum(h.allowed) AS allowed, sum(h.refused) AS refused`,
  );
  return sql`SELECT c.at, o.outcome, o.n FROM (${counts} GROUP BY 1) c
    CROSS JOIN LATERAL (VALUES ('issued', c.issued), ('allowed', c.allowed), ('refused', c.refused)) AS o(outcome, n) WHERE o.n > 0`;
}

/** Counts by hour and mix: `at`, `mix`, `n`. */
const hoursOf = (looked: Looked, span: Span, isIntact: Fragment) =>
  hourly(
    sql`SELECT x.day, unnest(x.mix_hours) AS hour, unnest(x.hour_mixes) AS mix, unnest(x.hour_counts) AS n FROM ${valuesOf(looked, span)} AND ${isIntact}`,
    span,
    sql`h.mix, h.n`,
  );

/** The same, of whole days by the day. */
function mixesOf(looked: Looked, span: Span, isIntact: Fragment): Fragment {
  const whole = { from: ceilTo(span.from, DAY), to: floorTo(span.to, DAY) };
  if (whole.from >= whole.to) return hoursOf(looked, span, isIntact);
  const edges = [
    { from: span.from, to: whole.from },
    { from: whole.to, to: span.to },
  ].filter(({ from, to }) => from < to);
  const days = sql`SELECT x.day AS at, unnest(x.mixes) AS mix, unnest(x.counts) AS n FROM ${valuesOf(looked, whole)} AND ${isIntact}`;
  return joined([days, ...edges.map((edge) => hoursOf(looked, edge, isIntact))], " UNION ALL ");
}

/** Hours that are read from the log at most because something may be in them. */
const HOURS_MAX = 200;
/** How long it is looked for them, in milliseconds: they save time, or are done without. */
const HOURS_MS = 500;

/** Neighbouring spans as one, in order of time. */
function merged(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const { from, to } of spans.toSorted((one, other) => one.from.getTime() - other.from.getTime())) {
    const last = out.at(-1);
    if (last !== undefined && from <= last.to) last.to = later(last.to, to);
    else out.push({ from, to });
  }
  return out;
}

const hourAt = (at: Date, { from, to }: Span): Span => ({
  from: later(at, from),
  to: earlier(new Date(at.getTime() + HOUR * 1_000), to),
});

/** The hours of counted days in which something matches, in no order; null: too many. */
async function findHours(db: Database, looked: Looked, span: Span): Promise<Span[] | null> {
  const hours = await withinTime<{ at: Date }>(
    db,
    sql`SELECT DISTINCT o.at FROM (${outcomesOf(looked, span, sql`true`)}) o LIMIT ${HOURS_MAX + 1}::int`,
    HOURS_MS,
  );
  return hours === null || hours.length > HOURS_MAX ? null : hours.map(({ at }) => hourAt(at, span));
}

/**
 * How a range of uses is counted that are looked for by a part of a path or of a user agent, or by a method, or null where no day of it is counted by those. Beside what rollups count by alone, from the counts; beside
 * anything else, in finer steps, or where those are wanted that are not kept, from the hours of the log in which one of them was used, where those are few. Exact whatever happens at the same time, as `findBusyUses` is.
 *
 * @param conditions what is asked of the log.
 */
export async function findCallUses(
  db: Database,
  filters: Filters,
  range: Span,
  {
    stepSeconds,
    needsMixes,
    conditions,
  }: {
    stepSeconds: number | null;
    /** Whether counts by outcome do not do. */
    needsMixes: boolean;
    conditions: () => Promise<readonly Fragment[]>;
  },
): Promise<CountedUses | null> {
  const looked = findLooked(filters);
  if (looked === null) return null;
  const { days, haveMixes } = await readDays(db, looked, range);
  const parts = partsOf(range, days);
  if (parts === null) return null;
  const isIntact = sql`(SELECT i.yes FROM intact i)`;
  const isCounted =
    looked.isAll && (haveMixes || !needsMixes) && (stepSeconds === null || stepSeconds % HOUR === 0);
  const hours = isCounted ? [] : await findHours(db, looked, parts.rolled);
  if (hours === null) return null;
  const asked = await conditions();
  const log = merged([...parts.log, ...hours]).map((span) => ({ ...span, conditions: [isIntact, ...asked] }));
  const isByDay = stepSeconds === null || stepSeconds % DAY === 0;
  return {
    intact: sql`intact AS MATERIALIZED (SELECT count(*) = ${days.length}::int AS yes FROM call_use_day s WHERE ${daysIn(looked, range)})`,
    hours: isCounted && haveMixes ? (isByDay ? mixesOf : hoursOf)(looked, parts.rolled, isIntact) : null,
    outcomes: isCounted ? outcomesOf(looked, parts.rolled, isIntact) : null,
    log: [...log, { ...range, conditions: [sql`NOT ${isIntact}`, ...asked] }],
  };
}

type Next = { direction: Direction; limit: number };

/** The hours that hold the next `limit` uses, in the order of reading; null: to tell takes too long. */
async function nextHours(
  db: Database,
  { looked, values, span }: { looked: Looked; values: MixValues; span: Span },
  { direction, limit }: Next,
): Promise<{ at: Date; isEnough: boolean }[] | null> {
  const order = direction === "desc" ? sql`DESC` : sql`ASC`;
  const counts = isByOutcome(values)
    ? sql`SELECT o.at, o.n FROM (${outcomesOf(looked, span, sql`true`)}) o WHERE ${all(mixConditions("o", values))}`
    : sql`SELECT h.at, h.n FROM (${hoursOf(looked, span, sql`true`)}) h JOIN use_mix m ON m.id = h.mix AND ${all(mixConditions("m", values))}`;
  return withinTime<{ at: Date; isEnough: boolean }>(
    db,
    sql`SELECT e.at, e.so_far >= ${limit}::int AS "isEnough" FROM (SELECT t.at, t.n, sum(t.n) OVER (ORDER BY t.at ${order}) AS so_far
        FROM (SELECT c.at, ${sumOf("c.n")} AS n FROM (${counts}) c GROUP BY 1) t) e
      WHERE e.so_far - e.n < ${limit}::int ORDER BY e.at ${order}`,
    HOURS_MS,
  );
}

/** Counted days that are looked through for the next uses: a few, then all. */
const LOOKS = [2, 16, Number.POSITIVE_INFINITY];

/**
 * Where in a range the next `limit` uses are that are looked for by a part of a path or of a user agent: windows in the order of reading, beside which nothing matches before those are found. Null where that is not known.
 */
export async function findCallWindows(
  db: Database,
  filters: Filters,
  range: Span,
  next: Next,
): Promise<Span[] | null> {
  const looked = findLooked(filters);
  if (looked === null) return null;
  const { days, haveMixes } = await readDays(db, looked, range);
  const isDown = next.direction === "desc";
  const parts = partsOf(range, days);
  if (parts === null) return null;
  const inOrder = (spans: readonly Span[]) => (isDown ? merged(spans).reverse() : merged(spans));
  const { values } = await mixValuesOf(db, filters);
  if (!looked.isAll || !(haveMixes || isByOutcome(values))) {
    const hours = await findHours(db, looked, parts.rolled);
    return hours && inOrder([...parts.log, ...hours]);
  }
  for (const count of LOOKS) {
    const [oldest, newest] = isDown ? [days.at(-count), days.at(-1)] : [days[0], days[count - 1]];
    const isWhole = count >= days.length;
    const span = isWhole
      ? parts.rolled
      : {
          from: isDown ? later(parts.rolled.from, oldest ?? parts.rolled.from) : parts.rolled.from,
          to:
            isDown || newest === undefined
              ? parts.rolled.to
              : earlier(parts.rolled.to, new Date(newest.getTime() + DAY * 1_000)),
        };
    const found = await nextHours(db, { looked, values, span }, next);
    if (found === null) return null;
    const last = found.at(-1);
    if (last?.isEnough !== true && !isWhole) continue;
    const edge = last?.isEnough === true ? hourAt(last.at, range) : null;
    const isNear = ({ from, to }: Span) => edge === null || (isDown ? to > edge.from : from < edge.to);
    return inOrder([...parts.log.filter(isNear), ...found.map(({ at }) => hourAt(at, range))]);
  }
  return null;
}
