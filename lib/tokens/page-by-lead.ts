import type { Keyset } from "../list-query/keyset.ts";
import type { Window } from "../list-query/time-window.ts";
import type { Branch } from "./branch.ts";
import { issueWindows } from "./issue-windows.ts";
import type { Place } from "./page-by-last-use.ts";
import type { Tally } from "./read-tally.ts";

const WEEK_MS = 7 * 86_400_000;

/** A way to the tokens in the order of issue, of which a list by expiry is made. */
export type LeadByIssue = {
  stretches: readonly Window[];
  tally: Tally;
  expected: number;
  branchesIn: (stretch: Window) => Branch[];
};

/** When what was issued in some windows and can match ends at the latest, or at the earliest; infinite where nobody knows, or nothing is there. */
function endsOf(windows: readonly Window[], { weeks, until }: Tally, isDown: boolean): number {
  const none = isDown ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const outermost = isDown ? Math.max : Math.min;
  const counted = until.getTime();
  let ends = none;
  for (const window of windows) {
    const from = window.from?.getTime() ?? 0;
    const to = window.to?.getTime() ?? Number.POSITIVE_INFINITY;
    // what came since has any lifetime, and lives for none at least
    if (to > counted) ends = outermost(ends, isDown ? Number.POSITIVE_INFINITY : Math.max(from, counted));
    for (const { of, lives } of weeks) {
      const first = Math.max(from, of.getTime());
      const last = Math.min(to, of.getTime() + WEEK_MS, counted);
      if (first >= last) continue;
      // lifetimes are counted in whole seconds, rounded up
      for (const { shortestSeconds, longestSeconds } of lives)
        ends = outermost(
          ends,
          isDown ? last + longestSeconds * 1_000 : first + (shortestSeconds - 1) * 1_000,
        );
    }
  }
  return ends;
}

function compare(one: Place, other: Place): number {
  const byTime = one.place.getTime() - other.place.getTime();
  return byTime !== 0 ? byTime : one.id < other.id ? -1 : 1;
}

/**
 * The places of a page in the order of expiry, of a way that has many tokens and gives them in the order of issue: weeks are read from the end that expires
 * first in the list, and sorted, until nothing that was issued in the others can end before what was found. Null where `read` gives up.
 */
export async function placesByLead(
  { stretches, tally, expected, branchesIn }: LeadByIssue,
  keyset: Keyset,
  read: (branches: readonly Branch[]) => Promise<Place[] | null>,
): Promise<Place[] | null> {
  const isDown = keyset.direction === "desc";
  const at = keyset.from === null ? null : Date.parse(keyset.from.value);
  // nothing ends before it was issued, or later than the longest lifetime after that
  const past = at === null ? null : new Date(isDown ? at : at - tally.longestSeconds * 1_000 - 1);
  const windows = issueWindows(stretches, { tally, expected, wanted: keyset.limit }, { isDown, past });
  let places: Place[] = [];
  for (const [index, window] of windows.entries()) {
    const more = await read(window.flatMap(branchesIn));
    if (more === null) return null;
    places = places.concat(more).sort((one, other) => (isDown ? compare(other, one) : compare(one, other)));
    places.length = Math.min(places.length, keyset.limit);
    const last = places.at(-1);
    if (last === undefined || places.length < keyset.limit) continue;
    const others = endsOf(windows.slice(index + 1).flat(), tally, isDown);
    if (isDown ? last.place.getTime() > others : last.place.getTime() < others) break;
  }
  return places;
}
