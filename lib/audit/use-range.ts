import type { TimeValue } from "../list-query/define-table.ts";
import { timeWindow } from "../list-query/time-window.ts";
import type { Span } from "../use-rollups/grains.ts";
import { earlier, later } from "../use-rollups/stretches.ts";

const HOUR_MS = 3_600_000;
/** The shortest range of a chart that no time was asked of. */
const SHORTEST_MS = 300_000;
/** The widest range that is counted. */
const RANGE_MAX_MS = 90 * 24 * HOUR_MS;

/** The time that counts are about: what the filter asks for, 90 days at most, the newest. */
export function countedRange({ at }: { at?: TimeValue }, now: Date): Span {
  const window = at ? timeWindow(at, "back", now) : { from: null, to: null };
  const latest = new Date(now.getTime() + 1);
  const to = window.to !== null && window.to < latest ? window.to : latest;
  const floor = new Date(to.getTime() - RANGE_MAX_MS);
  const from = window.from === null || window.from < floor ? floor : window.from;
  return from < to ? { from, to } : { from: new Date(to.getTime() - 1), to };
}

/** The same without the time before there is anything, where no beginning is asked for: what a chart of any time is drawn over. Five minutes at least. */
export async function chartedRange(
  filters: { at?: TimeValue },
  now: Date,
  findFirst: () => Promise<Date | null>,
): Promise<Span> {
  const range = countedRange(filters, now);
  if (filters.at !== undefined && timeWindow(filters.at, "back", now).from !== null) return range;
  const first = await findFirst();
  if (first === null) return range;
  return { ...range, from: later(range.from, earlier(first, new Date(range.to.getTime() - SHORTEST_MS))) };
}
