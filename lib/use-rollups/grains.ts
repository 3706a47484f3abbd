/** Lengths of the spans that uses are rolled up in, in seconds, finest first: each is whole in the next but one that it is built of. */
export const GRAINS = [900, 7_200, 43_200, 86_400] as const;
export type Grain = (typeof GRAINS)[number];

/** The finest: counted from the log itself. */
export const FINEST: Grain = 900;
export const DAY: Grain = 86_400;
export const FINEST_MS = FINEST * 1_000;

/** The coarsest grain below. */
export function grainBelow(grain: Grain): Grain | null {
  return GRAINS[GRAINS.indexOf(grain) - 1] ?? null;
}

export type Span = { from: Date; to: Date };

/** The last instant at or before `at` that is a whole number of so many seconds since 1970. */
export function floorTo(at: Date, seconds: number): Date {
  const step = seconds * 1_000;
  return new Date(Math.floor(at.getTime() / step) * step);
}

/** The first one at or after it. */
export function ceilTo(at: Date, seconds: number): Date {
  const step = seconds * 1_000;
  return new Date(Math.ceil(at.getTime() / step) * step);
}

/** The parts of a range: those that rollups answer, each by a grain, and those that only the log does. In no order. */
export type RangeParts = { rolled: (Span & { grain: Grain })[]; log: Span[] };

/**
 * Cuts a range into the coarsest spans that are rolled up and fit into steps of a histogram, and what is left of it.
 *
 * @param covered what is rolled up, at whole spans of the finest grain; null: nothing.
 * @param stepSeconds no span reaches over the edge of such a step since the epoch; null: any span does.
 */
export function partsOf(range: Span, covered: Span | null, stepSeconds: number | null): RangeParts {
  const usable = GRAINS.filter((grain) => stepSeconds === null || stepSeconds % grain === 0);
  const parts: RangeParts = { rolled: [], log: [] };
  const from = new Date(Math.max(range.from.getTime(), covered?.from.getTime() ?? Number.POSITIVE_INFINITY));
  const to = new Date(Math.min(range.to.getTime(), covered?.to.getTime() ?? Number.NEGATIVE_INFINITY));
  if (!(from < to)) return { rolled: [], log: range.from < range.to ? [range] : [] };
  const log = (a: Date, b: Date) => {
    if (a < b) parts.log.push({ from: a, to: b });
  };
  const cut = (a: Date, b: Date, grains: readonly Grain[]) => {
    if (a >= b) return;
    const grain = grains.at(-1);
    if (grain === undefined) return log(a, b);
    const [inner, outer] = [ceilTo(a, grain), floorTo(b, grain)];
    if (inner >= outer) return cut(a, b, grains.slice(0, -1));
    parts.rolled.push({ grain, from: inner, to: outer });
    cut(a, inner, grains.slice(0, -1));
    cut(outer, b, grains.slice(0, -1));
  };
  log(range.from, from);
  cut(from, to, usable);
  log(to, range.to);
  return parts;
}
