import type { Database } from "../db/database.ts";
import { all, run, sql } from "../list-query/sql-fragment.ts";
import { ceilTo, FINEST, FINEST_MS, floorTo, type Grain, type Span } from "./grains.ts";
import { type MixValues, mixConditions } from "./mix.ts";

const DAY: Grain = 86_400;
const DAY_MS = DAY * 1_000;
/** How far is looked in one go, growing: what there is much of is found in the first. */
const FIRST_LOOK_MS = 4 * FINEST_MS;
/** Windows are read one after the other: of more, each would hold less than a row. */
const WINDOWS_MAX = 400;

type Direction = "asc" | "desc";

/** Spans of a grain in which there are uses of these mixes, in order. */
async function spansWith(
  db: Database,
  grain: Grain,
  { from, to }: Span,
  values: MixValues,
  direction: Direction,
) {
  if (from >= to) return [];
  const spans = await run<{ at: Date; n: bigint }>(
    db,
    sql`SELECT r.at, sum(u.n)::bigint AS n FROM use_rollup r CROSS JOIN LATERAL unnest(r.mixes, r.counts) AS u(mix, n)
      WHERE r.grain = ${grain}::int AND r.at >= ${from}::timestamptz AND r.at < ${to}::timestamptz
        AND u.mix = ANY (ARRAY (SELECT m.id FROM use_mix m WHERE ${all(mixConditions("m", values))}))
      GROUP BY 1 ORDER BY 1`,
  );
  return direction === "asc" ? spans : spans.reverse();
}

/** Neighbours as one. */
function merged(windows: readonly Span[], direction: Direction): Span[] {
  const out: Span[] = [];
  for (const window of windows) {
    const last = out.at(-1);
    if (last !== undefined && direction === "desc" && window.to >= last.from) last.from = window.from;
    else if (last !== undefined && direction === "asc" && window.from <= last.to) last.to = window.to;
    else out.push({ ...window });
  }
  return out;
}

/**
 * Where in a range the next `limit` uses of some mixes are: windows in the order of reading, beside which nothing matches before those are found. A rare value is found
 * in 90 days without reading the rows between.
 *
 * @param covered what is rolled up; the rest of the range is windows of its own.
 */
export async function findWindows(
  db: Database,
  range: Span,
  covered: Span,
  values: MixValues,
  { direction, limit }: { direction: Direction; limit: number },
): Promise<Span[]> {
  const isDown = direction === "desc";
  const inner = {
    from: new Date(Math.max(range.from.getTime(), covered.from.getTime())),
    to: new Date(Math.min(range.to.getTime(), covered.to.getTime())),
  };
  if (inner.from >= inner.to) return [range];
  const windows: Span[] = [];
  const uncovered = [
    { from: inner.to, to: range.to },
    { from: range.from, to: inner.from },
  ].filter(({ from, to }) => from < to);
  const [first, last] = isDown
    ? [uncovered.filter(({ from }) => from >= inner.to), uncovered.filter(({ to }) => to <= inner.from)]
    : [uncovered.filter(({ to }) => to <= inner.from), uncovered.filter(({ from }) => from >= inner.to)];
  windows.push(...first);
  let found = 0;
  const take = async (span: Span): Promise<void> => {
    for (const { at, n } of await spansWith(
      db,
      FINEST,
      { from: floorTo(span.from, FINEST), to: span.to },
      values,
      direction,
    )) {
      const window = { from: at, to: new Date(at.getTime() + FINEST_MS) };
      windows.push(window);
      // of a span that the range cuts nobody knows how many are in it
      if (window.from >= range.from && window.to <= range.to) found += Number(n);
      if (found >= limit) return;
    }
  };
  const isDone = () => found >= limit || windows.length > WINDOWS_MAX;
  // the edge of the range, then what is left of its day, then whole days
  const edge = isDown ? inner.to : inner.from;
  const dayEdge = isDown ? floorTo(edge, DAY) : ceilTo(edge, DAY);
  const near = isDown
    ? { from: new Date(Math.max(edge.getTime() - FIRST_LOOK_MS, inner.from.getTime())), to: edge }
    : { from: edge, to: new Date(Math.min(edge.getTime() + FIRST_LOOK_MS, inner.to.getTime())) };
  await take(near);
  const restOfDay = isDown
    ? { from: new Date(Math.max(dayEdge.getTime(), inner.from.getTime())), to: floorTo(near.from, FINEST) }
    : { from: ceilTo(near.to, FINEST), to: new Date(Math.min(dayEdge.getTime(), inner.to.getTime())) };
  if (!isDone()) await take(restOfDay);
  let at = isDown
    ? new Date(Math.min(dayEdge.getTime(), floorTo(near.from, FINEST).getTime()))
    : new Date(Math.max(dayEdge.getTime(), ceilTo(near.to, FINEST).getTime()));
  for (let days = 1; !isDone() && (isDown ? at > inner.from : at < inner.to); days *= 4) {
    const stretch = isDown
      ? { from: new Date(Math.max(floorTo(at, DAY).getTime() - days * DAY_MS, inner.from.getTime())), to: at }
      : { from: at, to: new Date(Math.min(ceilTo(at, DAY).getTime() + days * DAY_MS, inner.to.getTime())) };
    for (const day of await daysWith(db, stretch, values, direction)) {
      await take(day);
      if (isDone()) break;
    }
    at = isDown ? stretch.from : stretch.to;
  }
  const isWhole = found < limit && windows.length <= WINDOWS_MAX;
  if (isWhole) windows.push(...last);
  else if (found < limit) {
    // too many windows for what is in them: the rest is read row by row
    const end = windows.at(-1) as Span;
    windows.push(isDown ? { from: range.from, to: end.from } : { from: end.to, to: range.to });
  }
  return merged(windows, direction);
}

/** The days of a stretch in which there are such uses; those that the stretch cuts are always among them. */
async function daysWith(
  db: Database,
  { from, to }: Span,
  values: MixValues,
  direction: Direction,
): Promise<Span[]> {
  const whole = { from: ceilTo(from, DAY), to: floorTo(to, DAY) };
  if (whole.from > whole.to) return [{ from, to }];
  const days = (await spansWith(db, DAY, whole, values, direction)).map(({ at }) => ({
    from: at,
    to: new Date(at.getTime() + DAY_MS),
  }));
  const [older, newer] = [
    from < whole.from ? [{ from, to: whole.from }] : [],
    whole.to < to ? [{ from: whole.to, to }] : [],
  ];
  return direction === "desc" ? [...newer, ...days, ...older] : [...older, ...days, ...newer];
}
