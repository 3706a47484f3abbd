import { timeWindow } from "../list-query/time-window.ts";
import type { Span } from "../use-rollups/grains.ts";
import type { TokenUsesQuery } from "./table.ts";

const DAY_MS = 86_400_000;
/** The widest range that is counted. */
const RANGE_MAX_MS = 90 * DAY_MS;

/** The time that counts of uses are about: what the filters ask for, 90 days at most; the last 24 hours where they ask for none. */
export function countedRange(filters: TokenUsesQuery["filters"], now: Date): Span {
  const window = filters.at ? timeWindow(filters.at, "back", now) : { from: null, to: null };
  const latest = new Date(now.getTime() + 1);
  const to = window.to !== null && window.to < latest ? window.to : latest;
  const floor = new Date(to.getTime() - (window.from === null ? DAY_MS : RANGE_MAX_MS));
  const from = window.from === null || window.from < floor ? floor : window.from;
  return from < to ? { from, to } : { from: new Date(to.getTime() - 1), to };
}
