/** One scale for all lifetimes: logarithmic, from a second to a year. Nothing at all stands at its left end. */
const FROM = 1;
const UNTIL = 365 * 86_400;

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

export const TICKS = [1, 10, MINUTE, 10 * MINUTE, HOUR, DAY, 7 * DAY, 30 * DAY, UNTIL];

/** Spans that people choose; a step of a key or a drag leads from one to the next. */
export const STOPS = [
  0,
  ...[1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 45],
  ...[1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 45].map((count) => count * MINUTE),
  ...[1, 1.5, 2, 3, 4, 6, 8, 10, 12, 18].map((count) => count * HOUR),
  ...[1, 2, 3, 4, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365].map((count) => count * DAY),
];

/** Where a span stands, in percent from the left. */
export function placeOf(seconds: number): number {
  const inside = Math.min(UNTIL, Math.max(FROM, seconds));
  return (Math.log(inside / FROM) / Math.log(UNTIL / FROM)) * 100;
}

type Range = { min: number; max: number };

function within(seconds: number, { min, max }: Range): number {
  return Math.min(max, Math.max(min, seconds));
}

/** The stop that is nearest to a place, inside of a range. */
export function spanAt(percent: number, range: Range): number {
  const candidates = [range.min, ...STOPS.filter((stop) => stop > range.min && stop < range.max), range.max];
  const distance = (seconds: number) => Math.abs(placeOf(seconds) - percent);
  return candidates.reduce((best, next) => (distance(next) < distance(best) ? next : best));
}

/** Some stops further, up or down; never out of the range, and never the same unless at its end. */
export function stepFrom(seconds: number, steps: number, range: Range): number {
  const up = steps > 0;
  const on = STOPS.filter((stop) => (up ? stop > seconds : stop < seconds));
  const reached = up ? on[Math.min(steps, on.length) - 1] : on[Math.max(0, on.length + steps)];
  return within(reached ?? (up ? range.max : range.min), range);
}

/** What a key does to a slider, or null where it does nothing. */
export function spanByKey(key: string, seconds: number, range: Range): number | null {
  switch (key) {
    case "ArrowRight":
    case "ArrowUp":
      return stepFrom(seconds, 1, range);
    case "ArrowLeft":
    case "ArrowDown":
      return stepFrom(seconds, -1, range);
    case "PageUp":
      return stepFrom(seconds, 5, range);
    case "PageDown":
      return stepFrom(seconds, -5, range);
    case "Home":
      return range.min;
    case "End":
      return range.max;
    default:
      return null;
  }
}
