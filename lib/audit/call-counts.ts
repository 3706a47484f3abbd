import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { negationKey } from "../list-query/negations.ts";
import { all, type Fragment, joined, run, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { busyPartsOf, HOUR } from "../use-rollups/busy-parts.ts";
import type { CallKind } from "../use-rollups/call-days.ts";
import { ceilTo, DAY, floorTo, type Span } from "../use-rollups/grains.ts";
import type { MixValues } from "../use-rollups/mix.ts";
import { earlier, later } from "../use-rollups/stretches.ts";
import type { TokenUsesQuery } from "./table.ts";
import { columnConditions, notByMix } from "./use-filters.ts";

type Filters = TokenUsesQuery["filters"];

/** What a kind's values are asked by. */
const ASKED: Record<CallKind, readonly (keyof Filters)[]> = {
  path: ["path", negationKey("path")],
  agent: ["agent", negationKey("agent")],
};
const METHOD: readonly (keyof Filters)[] = ["method", negationKey("method")];

/** By which values a query is looked for, by which of its filters; `isAll`: there is nothing beside them but what rollups count by. */
export type Looked = { kind: CallKind; filters: Filters; isAll: boolean };

const has = (filters: Filters, keys: readonly (keyof Filters)[]) =>
  keys.some((key) => filters[key] !== undefined);

export function findLooked(filters: Filters): Looked | null {
  const others = notByMix(filters);
  const isByPath = has(others, ASKED.path);
  if (!isByPath && !has(others, [...ASKED.agent, ...METHOD])) return null;
  const kind = isByPath ? "path" : "agent";
  const keys = [...ASKED[kind], ...METHOD];
  const entries = Object.entries(others);
  const by = entries.filter(([key]) => keys.some((one) => one === key));
  return { kind, filters: Object.fromEntries(by), isAll: by.length === entries.length };
}

export const daysIn = ({ kind }: Looked, { from, to }: Span) =>
  sql`s.kind = ${kind} AND s.is_whole AND s.day >= ${floorTo(from, DAY)}::timestamptz AND s.day < ${to}::timestamptz`;

/** The counted days of a range; `haveMixes`: each of them has counts by mix. */
export async function readDays(
  db: Sql,
  looked: Looked,
  range: Span,
): Promise<{ days: Date[]; haveMixes: boolean }> {
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
export function partsOf(range: Span, days: readonly Date[]): { rolled: Span; log: Span[] } | null {
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
export function outcomesOf(looked: Looked, span: Span, isIntact: Fragment): Fragment {
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
export const hoursOf = (looked: Looked, span: Span, isIntact: Fragment) =>
  hourly(
    sql`SELECT x.day, unnest(x.mix_hours) AS hour, unnest(x.hour_mixes) AS mix, unnest(x.hour_counts) AS n FROM ${valuesOf(looked, span)} AND ${isIntact}`,
    span,
    sql`h.mix, h.n`,
  );

/** The same, of whole days by the day. */
export function mixesOf(looked: Looked, span: Span, isIntact: Fragment): Fragment {
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
export const HOURS_MS = 500;

/** Neighbouring spans as one, in order of time. */
export function merged(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const { from, to } of spans.toSorted((one, other) => one.from.getTime() - other.from.getTime())) {
    const last = out.at(-1);
    if (last !== undefined && from <= last.to) last.to = later(last.to, to);
    else out.push({ from, to });
  }
  return out;
}

export const hourAt = (at: Date, { from, to }: Span): Span => ({
  from: later(at, from),
  to: earlier(new Date(at.getTime() + HOUR * 1_000), to),
});

/** The hours of counted days in which something matches, in no order; null: too many. */
export async function findHours(db: Database, looked: Looked, span: Span): Promise<Span[] | null> {
  const hours = await withinTime<{ at: Date }>(
    db,
    sql`SELECT DISTINCT o.at FROM (${outcomesOf(looked, span, sql`true`)}) o LIMIT ${HOURS_MAX + 1}::int`,
    HOURS_MS,
  );
  return hours === null || hours.length > HOURS_MAX ? null : hours.map(({ at }) => hourAt(at, span));
}
