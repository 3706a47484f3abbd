import { ceilTo, DAY, FINEST, FINEST_MS, floorTo, type Span } from "./grains.ts";

/** How far is looked first: what there is much of is found there. */
const FIRST_LOOK_MS = 4 * FINEST_MS;

export type Direction = "asc" | "desc";

export const later = (one: Date, other: Date) => (one > other ? one : other);
export const earlier = (one: Date, other: Date) => (one < other ? one : other);

/** `isDays`: of whole days. */
export type Stretch = { span: Span; isDays: boolean };

/** Whole days are looked through by so many more at a time: what there is something of each day is found in the first. */
const DAYS_GROWTH = 4;

/** Whole days in the order of reading, one first and then more. */
function daysOf({ from, to }: Span, direction: Direction): Span[] {
  const spans: Span[] = [];
  let days = 1;
  let edge = direction === "desc" ? to : from;
  while (from < to && (direction === "desc" ? edge > from : edge < to)) {
    const ms = days * DAY * 1_000;
    const next =
      direction === "desc"
        ? later(new Date(edge.getTime() - ms), from)
        : earlier(new Date(edge.getTime() + ms), to);
    spans.push({ from: earlier(edge, next), to: later(edge, next) });
    edge = next;
    days *= DAYS_GROWTH;
  }
  return spans;
}

/** A range as it is looked through, in the order of reading: what is near within its day, the rest of that day, whole days, the last day's part. */
export function stretchesOf({ from, to }: Span, direction: Direction): Stretch[] {
  const [fromDay, toDay] = [ceilTo(from, DAY), floorTo(to, DAY)];
  const edges: Date[] = [];
  if (direction === "desc") {
    const near = later(later(floorTo(new Date(to.getTime() - FIRST_LOOK_MS), FINEST), toDay), from);
    const rest = later(from, earlier(near, toDay));
    edges.push(to, near, rest, later(from, earlier(rest, fromDay)), from);
  } else {
    const near = earlier(earlier(ceilTo(new Date(from.getTime() + FIRST_LOOK_MS), FINEST), fromDay), to);
    const rest = earlier(to, later(near, fromDay));
    edges.push(from, near, rest, earlier(to, later(rest, toDay)), to);
  }
  return edges.slice(1).flatMap((edge, n): Stretch[] => {
    const before = edges[n] as Date;
    const span = { from: earlier(edge, before), to: later(edge, before) };
    if (span.from >= span.to) return [];
    return n === 2 && span.from >= fromDay && span.to <= toDay
      ? daysOf(span, direction).map((days) => ({ span: days, isDays: true }))
      : [{ span, isDays: false }];
  });
}
