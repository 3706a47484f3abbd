import { ceilTo, FINEST, FINEST_MS, floorTo, type Grain, type Span } from "./grains.ts";

const DAY: Grain = 86_400;
/** How far is looked first: what there is much of is found there. */
const FIRST_LOOK_MS = 4 * FINEST_MS;

export type Direction = "asc" | "desc";

export const later = (one: Date, other: Date) => (one > other ? one : other);
export const earlier = (one: Date, other: Date) => (one < other ? one : other);

/** `isDays`: of whole days. */
export type Stretch = { span: Span; isDays: boolean };

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
  return edges.slice(1).flatMap((edge, n) => {
    const before = edges[n] as Date;
    const span = { from: earlier(edge, before), to: later(edge, before) };
    return span.from < span.to ? [{ span, isDays: n === 2 && span.from >= fromDay && span.to <= toDay }] : [];
  });
}
