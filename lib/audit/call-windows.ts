import type { Database } from "../db/database.ts";
import { all, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { DAY, type Span } from "../use-rollups/grains.ts";
import { type MixValues, mixConditions, sumOf } from "../use-rollups/mix.ts";
import { type Direction, earlier, later } from "../use-rollups/stretches.ts";
import {
  findHours,
  findLooked,
  HOURS_MS,
  hourAt,
  hoursOf,
  isByOutcome,
  type Looked,
  merged,
  outcomesOf,
  partsOf,
  readDays,
} from "./call-counts.ts";
import type { TokenUsesQuery } from "./table.ts";
import { mixValuesOf } from "./use-filters.ts";

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

type Place = { db: Database; looked: Looked; values: MixValues; range: Span; next: Next };
type Days = { days: readonly Date[]; haveMixes: boolean; parts: { rolled: Span; log: readonly Span[] } };

/** The windows of counted days, and of what is between them, in no order; null: not known. */
async function findSpans(
  { db, looked, values, range, next }: Place,
  { days, haveMixes, parts }: Days,
): Promise<Span[] | null> {
  if (!looked.isAll || !(haveMixes || isByOutcome(values))) {
    const hours = await findHours(db, looked, parts.rolled);
    return hours && [...parts.log, ...hours];
  }
  const isDown = next.direction === "desc";
  for (const count of LOOKS) {
    const isWhole = count >= days.length;
    const edge = isDown ? days.at(-count) : days[count - 1];
    const span = { ...parts.rolled };
    if (!isWhole && edge !== undefined && isDown) span.from = later(span.from, edge);
    if (!isWhole && edge !== undefined && !isDown)
      span.to = earlier(span.to, new Date(edge.getTime() + DAY * 1_000));
    const found = await nextHours(db, { looked, values, span }, next);
    if (found === null) return null;
    const last = found.at(-1);
    const end = last?.isEnough === true ? hourAt(last.at, range) : null;
    if (end === null && !isWhole) continue;
    const isNear = ({ from, to }: Span) => end === null || (isDown ? to > end.from : from < end.to);
    return [...parts.log.filter(isNear), ...found.map(({ at }) => hourAt(at, range))];
  }
  return null;
}

/**
 * Where in a range the next `limit` uses are that are looked for by a part of a path or of a user agent: windows in the order of reading, beside which nothing matches before those are found. Null where that is not known.
 */
export async function findCallWindows(
  db: Database,
  filters: TokenUsesQuery["filters"],
  range: Span,
  next: Next,
): Promise<Span[] | null> {
  const looked = findLooked(filters);
  if (looked === null) return null;
  const { days, haveMixes } = await readDays(db, looked, range);
  const parts = partsOf(range, days);
  if (parts === null) return null;
  const { values } = await mixValuesOf(db, filters);
  const spans = await findSpans({ db, looked, values, range, next }, { days, haveMixes, parts });
  // a day that was forgotten meanwhile has told nothing
  if (spans === null || (await readDays(db, looked, range)).days.length !== days.length) return null;
  return next.direction === "desc" ? merged(spans).reverse() : merged(spans);
}
