import type { Sql } from "../db/sql.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { BUSY_KINDS, type BusyKind } from "../use-rollups/busy-days.ts";
import { type BusyDay, busyPartsOf, HOUR } from "../use-rollups/busy-parts.ts";
import { DAY, floorTo, type Span } from "../use-rollups/grains.ts";
import { type MixValues, mixConditions, sumOf } from "../use-rollups/mix.ts";
import type { Direction } from "../use-rollups/stretches.ts";
import type { TokenUsesQuery } from "./table.ts";
import { mixValuesOf, notByMix, userIdsOf } from "./use-filters.ts";

type Filters = TokenUsesQuery["filters"];
type Followed = { kind: BusyKind; subjects: readonly string[] };

/** The people, the address or the family that a query is about, where nothing stands beside it but what rollups count by. */
async function findFollowed(db: Sql, filters: Filters): Promise<Followed | null> {
  const [followed, ...beside] = Object.keys(notByMix(filters));
  if (beside.length > 0 || !BUSY_KINDS.some((kind) => kind === followed)) return null;
  const { user, ip, family } = filters;
  if (ip !== undefined) return { kind: "ip", subjects: [ip] };
  if (family !== undefined) return { kind: "family", subjects: [family.toLowerCase()] };
  return { kind: "user", subjects: await userIdsOf(db, user ?? []) };
}

const filtersOf = ({ kind }: Followed, subjects: readonly string[]): Filters =>
  kind === "user" ? { user: [...subjects] } : { [kind]: subjects[0] };

const daysOf = ({ kind, subjects }: Followed, range: Span) =>
  sql`s.kind = ${kind} AND s.subject = ANY (${subjects}::text[]) AND s.day >= ${floorTo(range.from, DAY)}::timestamptz AND s.day < ${range.to}::timestamptz`;

/** Counts of busy days (`s`) by hour and mix, of whole hours: `at`, `mix`, `n`. */
function hoursOf(days: Fragment, { from, to }: Span): Fragment {
  return sql`SELECT h.at, h.mix, h.n FROM (
      SELECT u.day + make_interval(hours => u.hour::int) AS at, u.mix, u.n FROM (
        SELECT s.day, unnest(s.hours) AS hour, unnest(s.mixes) AS mix, unnest(s.counts) AS n FROM ${days}) u) h
    WHERE h.at >= ${from}::timestamptz AND h.at < ${to}::timestamptz`;
}

/** How uses are counted that closed days tell of: from counts, and from spans of the log, each with what it is asked for; `intact` is a table of the statement that all of them need. */
export type CountedUses = {
  intact: Fragment;
  /** `at`, `mix`, `n`; null: none is counted ahead. */
  hours: Fragment | null;
  /** The same uses as `at`, `outcome`, `n`, where nothing but the outcome is asked; null: there is no shorter way than by mixes. */
  outcomes: Fragment | null;
  log: (Span & { conditions: readonly Fragment[] })[];
};

/**
 * How a range of uses of people, an address or a family is counted where they have busy days in it, or null. Exact whatever happens at the same time: a day that is counted, or
 * forgotten, after it was looked for leaves all to the log.
 *
 * @param conditionsOf what is asked of the log, by filters that say of whom.
 */
export async function findBusyUses(
  db: Sql,
  filters: Filters,
  range: Span,
  {
    stepSeconds,
    conditionsOf,
  }: { stepSeconds: number | null; conditionsOf: (of: Filters) => Promise<readonly Fragment[]> },
): Promise<CountedUses | null> {
  const followed = await findFollowed(db, filters);
  if (followed === null) return null;
  const days = daysOf(followed, range);
  const busy = await run<BusyDay>(db, sql`SELECT s.subject, s.day FROM busy_use s WHERE ${days}`);
  const parts = busyPartsOf(range, followed.subjects, busy, stepSeconds);
  if (parts === null) return null;
  const isIntact = sql`(SELECT i.yes FROM intact i)`;
  const conditions = new Map<string, readonly Fragment[]>();
  const log: CountedUses["log"] = [];
  for (const { from, to, subjects } of parts.log) {
    const of = conditions.get(subjects.join()) ?? (await conditionsOf(filtersOf(followed, subjects)));
    conditions.set(subjects.join(), of);
    log.push({ from, to, conditions: [isIntact, ...of] });
  }
  log.push({
    ...range,
    conditions: [sql`NOT ${isIntact}`, ...(await conditionsOf(filtersOf(followed, followed.subjects)))],
  });
  return {
    intact: sql`intact AS MATERIALIZED (SELECT count(*) = ${busy.length}::int AS yes FROM busy_use s WHERE ${days})`,
    hours: hoursOf(sql`busy_use s WHERE ${days} AND ${isIntact}`, parts.rolled),
    outcomes: null,
    log,
  };
}

/** Busy days that are looked through for the next uses: a few, then all of 90 days and more. */
const LOOKS = [4, 1_000];

/** How far the next uses reach, by busy days: so many match within that edge and the range's. Null: they do not tell. */
async function edgeOf(
  db: Sql,
  followed: Followed,
  values: MixValues,
  range: Span,
  { direction, limit }: { direction: Direction; limit: number },
): Promise<Date | null> {
  const isDown = direction === "desc";
  const order = isDown ? sql`DESC` : sql`ASC`;
  const matching =
    Object.keys(values).length === 0
      ? sql``
      : sql`JOIN use_mix m ON m.id = u.mix AND ${all(mixConditions("m", values))}`;
  for (const days of LOOKS) {
    const looked = sql`(SELECT s.* FROM busy_use s WHERE ${daysOf(followed, range)} ORDER BY s.day ${order} LIMIT ${days}::int) s`;
    const [edge] = await run<{ at: Date }>(
      db,
      sql`SELECT e.at FROM (SELECT t.at, sum(t.n) OVER (ORDER BY t.at ${order}) AS so_far FROM (
          SELECT u.at, ${sumOf("u.n")} AS n FROM (${hoursOf(looked, range)} AND h.at + interval '1 hour' <= ${range.to}::timestamptz) u ${matching} GROUP BY 1) t) e
        WHERE e.so_far >= ${limit}::int ORDER BY e.at ${order} LIMIT 1`,
    );
    if (edge !== undefined) return isDown ? edge.at : new Date(edge.at.getTime() + HOUR * 1_000);
  }
  return null;
}

/** A range without what lies behind its next `limit` uses, as busy days tell; null where they do not. */
export async function findBusyRange(
  db: Sql,
  filters: Filters,
  range: Span,
  next: { direction: Direction; limit: number },
): Promise<Span | null> {
  const followed = await findFollowed(db, filters);
  if (followed === null) return null;
  const { values } = await mixValuesOf(db, filters);
  const edge = await edgeOf(db, followed, values, range, next);
  if (edge === null) return null;
  return next.direction === "desc" ? { ...range, from: edge } : { ...range, to: edge };
}
