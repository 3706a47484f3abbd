import type { Window } from "../list-query/time-window.ts";
import type { Tally } from "./read-tally.ts";

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
/** Tokens that are expected in the first windows, for each that is wanted; in the next ones so many times as many. */
const [SLACK, GROWTH] = [3, 4];

type Piece = { from: Date; to: Date | null; expected: number };

/** Stretches of issue time cut where days begin, newest first, each with how many matches are expected in it. */
function piecesOf(stretches: readonly Window[], tally: Tally, expected: number): Piece[] {
  const share = Math.min(1, expected / Math.max(1, tally.atMost));
  const tokens = new Map(tally.weeks.map(({ of, tokens }) => [of.getTime(), tokens]));
  const days = Array.from({ length: WEEK_DAYS }, (_, day) => day * DAY_MS);
  const starts = tally.weeks
    .flatMap(({ of }) => days.map((day) => of.getTime() + day))
    .concat(tally.until.getTime());
  const pieces = stretches.flatMap(({ from, to }) => {
    if (from === null) return [];
    const inside = starts.filter((at) => at > from.getTime() && (to === null || at < to.getTime()));
    const cuts = [...new Set([from.getTime(), ...inside])].sort((one, other) => one - other);
    return cuts.map((at, index) => {
      const end = cuts[index + 1];
      const week = tally.weeks.findLast(({ of }) => of.getTime() <= at)?.of.getTime();
      const isCounted = at < tally.until.getTime() && week !== undefined && at < week + WEEK_DAYS * DAY_MS;
      return {
        from: new Date(at),
        to: end === undefined ? to : new Date(end),
        expected: isCounted ? ((tokens.get(week) ?? 0) * share) / WEEK_DAYS : 0,
      };
    });
  });
  return pieces.sort((one, other) => other.from.getTime() - one.from.getTime());
}

/**
 * The time of issue that a list reads in its order, cut into windows of days and weeks: each with as many matches as are wanted, as far as that is known, and more
 * with each that was not enough. A statement over one week is planned in a fraction of the time that one over all of them takes, and does not look for the
 * first match of weeks that the page does not reach. Each window is made of disjoint stretches.
 *
 * @param past where the list goes on, in its order.
 */
export function issueWindows(
  stretches: readonly Window[],
  { tally, expected, wanted }: { tally: Tally; expected: number; wanted: number },
  { isDown, past }: { isDown: boolean; past: Date | null },
): Window[][] {
  const pieces = piecesOf(stretches, tally, expected).flatMap((piece): Piece[] => {
    if (past === null) return [piece];
    if (!isDown) return piece.to !== null && piece.to <= past ? [] : [piece];
    const end = new Date(past.getTime() + 1);
    if (piece.from >= end) return [];
    return [piece.to === null || piece.to > end ? { ...piece, to: end } : piece];
  });
  if (!isDown) pieces.reverse();
  const windows: Window[][] = [];
  let enough = wanted * SLACK;
  let current: Window[] = [];
  let gathered = 0;
  for (const { from, to, expected: here } of pieces) {
    const before = current.at(-1);
    if (before !== undefined && isDown && to !== null && before.from?.getTime() === to.getTime())
      before.from = from;
    else if (before !== undefined && !isDown && before.to?.getTime() === from.getTime()) before.to = to;
    else current.push({ from, to });
    gathered += here;
    if (gathered < enough) continue;
    windows.push(current);
    current = [];
    gathered = 0;
    enough *= GROWTH;
  }
  if (current.length > 0) windows.push(current);
  return windows;
}
