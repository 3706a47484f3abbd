import type { Database } from "../db/database.ts";
import { all, run, sql } from "../list-query/sql-fragment.ts";
import { DAY, FINEST, floorTo, type Grain, grainBelow, type Span } from "./grains.ts";
import { MIX_COUNTS, type MixValues, mixConditions, sumOf } from "./mix.ts";
import { type Direction, earlier, later, stretchesOf } from "./stretches.ts";

export type NextUses = { direction: Direction; limit: number; downTo?: Grain };
type Counted = { at: Date; n: bigint };
type Looked = { db: Database; mixes: readonly number[]; direction: Direction };

/** Spans of a grain within others in which there are uses of these mixes, in order. */
async function spansWith(
  { db, mixes, direction }: Looked,
  grain: Grain,
  within: readonly Span[],
): Promise<Counted[]> {
  if (within.length === 0) return [];
  const spans = await run<Counted>(
    db,
    sql`SELECT r.at, s.n FROM (
        SELECT r.at, r.mixes, r.counts FROM unnest(${within.map(({ from }) => from)}::timestamptz[], ${within.map(({ to }) => to)}::timestamptz[]) AS w(from_at, to_at)
        JOIN use_rollup r ON r.grain = ${grain}::int AND r.at >= w.from_at AND r.at < w.to_at OFFSET 0) r
      CROSS JOIN LATERAL (SELECT ${sumOf("u.n")} AS n FROM (SELECT ${MIX_COUNTS}) u WHERE u.mix = ANY (${mixes}::int[])) s
      WHERE s.n > 0 ORDER BY r.at`,
  );
  return direction === "asc" ? spans : spans.reverse();
}

/** As many of the first spans as hold so many uses together. */
function enough(spans: readonly Counted[], uses: number): Counted[] {
  let sum = 0;
  const end = spans.findIndex(({ n }) => {
    sum += Number(n);
    return sum >= uses;
  });
  return end === -1 ? [...spans] : spans.slice(0, end + 1);
}

const spanOf = ({ at }: Counted, grain: Grain): Span => ({
  from: at,
  to: new Date(at.getTime() + grain * 1_000),
});

/** The spans of whole days that hold the next uses, as fine as they are wanted: from each grain to the one below, only where there are any. */
async function withinDays(
  looked: Looked,
  days: Span,
  { uses, downTo }: { uses: number; downTo: Grain },
): Promise<Counted[]> {
  let grain: Grain = DAY;
  let found = enough(await spansWith(looked, grain, [days]), uses);
  for (let below = grainBelow(grain); below !== null && below >= downTo; below = grainBelow(below)) {
    const parent = grain;
    found = enough(
      await spansWith(
        looked,
        below,
        found.map((one) => spanOf(one, parent)),
      ),
      uses,
    );
    grain = below;
  }
  return found;
}

/** Neighbours as one. */
function merged(windows: readonly Span[], direction: Direction): Span[] {
  const out: Span[] = [];
  for (const window of windows) {
    const last = out.at(-1);
    if (last !== undefined && direction === "desc" && window.to >= last.from)
      last.from = earlier(last.from, window.from);
    else if (last !== undefined && direction === "asc" && window.from <= last.to)
      last.to = later(last.to, window.to);
    else out.push({ ...window });
  }
  return out;
}

/**
 * Where in a range the next `limit` uses of some mixes are: windows in the order of reading, beside which nothing matches before those are found. A rare value is found
 * in 90 days without reading the rows between.
 *
 * @param covered what is rolled up; the rest of the range is windows of its own.
 * @param next.downTo of whole days, how fine: a quarter of an hour unless told otherwise.
 */
export async function findWindows(
  db: Database,
  range: Span,
  covered: Span,
  values: MixValues,
  { direction, limit, downTo = FINEST }: NextUses,
): Promise<Span[]> {
  const inner = { from: later(range.from, covered.from), to: earlier(range.to, covered.to) };
  if (inner.from >= inner.to) return [range];
  const older = range.from < inner.from ? [{ from: range.from, to: inner.from }] : [];
  const newer = inner.to < range.to ? [{ from: inner.to, to: range.to }] : [];
  const mixes = (
    await run<{ id: number }>(db, sql`SELECT m.id FROM use_mix m WHERE ${all(mixConditions("m", values))}`)
  ).map(({ id }) => id);
  const windows = direction === "desc" ? newer : older;
  let missing = limit;
  for (const { span, isDays } of stretchesOf(inner, direction)) {
    const looked = { db, mixes, direction };
    const grain = isDays ? downTo : FINEST;
    const found = isDays
      ? await withinDays(looked, span, { uses: missing, downTo })
      : await spansWith(looked, FINEST, [{ from: floorTo(span.from, FINEST), to: span.to }]);
    for (const counted of found) {
      const window = spanOf(counted, grain);
      windows.push(window);
      // of a span that the range cuts nobody knows how many are in it
      if (window.from >= range.from && window.to <= range.to) missing -= Number(counted.n);
      if (missing <= 0) return merged(windows, direction);
    }
  }
  windows.push(...(direction === "desc" ? older : newer));
  return merged(windows, direction);
}
