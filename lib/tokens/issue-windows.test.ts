import fc from "fast-check";
import { expect, test } from "vitest";
import type { Window } from "../list-query/time-window.ts";
import { issueWindows } from "./issue-windows.ts";
import type { Tally } from "./read-tally.ts";

const WEEK_MS = 7 * 86_400_000;
const MONDAY = Date.UTC(2026, 10, 2);
const WEEKS = 8;

const tallyOf = (tokens: readonly number[], until: number): Tally => ({
  until: new Date(until),
  atMost: tokens.reduce((sum, one) => sum + one, 0),
  expected: 1,
  isExact: true,
  weeks: tokens.flatMap((count, week) =>
    count === 0 ? [] : [{ of: new Date(MONDAY + week * WEEK_MS), tokens: count, lives: [] }],
  ),
  clients: [],
  inRegister: 0,
  ofClients: 0,
  ofLabels: [],
  longestSeconds: 0,
  soonestSeconds: 0,
});

/** Disjoint stretches in order of time, the last one perhaps without an end. */
const STRETCHES = fc
  .uniqueArray(fc.integer({ min: 0, max: WEEKS * 168 }), { minLength: 2, maxLength: 8 })
  .map((hours) => hours.sort((one, other) => one - other))
  .chain((hours) =>
    fc.boolean().map((isOpen): Window[] =>
      Array.from({ length: Math.floor(hours.length / 2) }, (_, n) => {
        const [from, to] = [hours[2 * n], hours[2 * n + 1]] as [number, number];
        const isLast = n === Math.floor(hours.length / 2) - 1;
        return {
          from: new Date(MONDAY + from * 3_600_000),
          to: isOpen && isLast ? null : new Date(MONDAY + to * 3_600_000),
        };
      }),
    ),
  );

const isIn = (windows: readonly Window[], at: number) =>
  windows.filter(({ from, to }) => (from?.getTime() ?? 0) <= at && (to === null || at < to.getTime())).length;

test("every instant of the stretches that is not past is in one window, and windows follow each other in the list's order", () => {
  fc.assert(
    fc.property(
      STRETCHES,
      fc.array(fc.nat(1_000), { minLength: WEEKS, maxLength: WEEKS }),
      fc.integer({ min: 0, max: WEEKS * 168 }),
      fc.option(fc.integer({ min: 0, max: WEEKS * 168 })),
      fc.boolean(),
      fc.nat(2_000),
      fc.integer({ min: 1, max: 500 }),
      (stretches, tokens, counted, pastHour, isDown, expected, wanted) => {
        const tally = tallyOf(tokens, MONDAY + counted * 3_600_000);
        const past = pastHour === null ? null : new Date(MONDAY + pastHour * 3_600_000);
        const windows = issueWindows(stretches, { tally, expected, wanted }, { isDown, past });
        for (let hour = -1; hour <= WEEKS * 168 + 1; hour += 1) {
          const at = MONDAY + hour * 3_600_000;
          const isPast = past !== null && (isDown ? at > past.getTime() : at < past.getTime());
          const there = isIn(windows.flat(), at);
          expect(there).toBeLessThanOrEqual(1);
          if (!isPast) expect(there).toBe(isIn(stretches, at));
        }
        const spans = windows.map((one) => {
          const ends = one.map(({ to }) => to?.getTime() ?? Number.POSITIVE_INFINITY);
          return { from: Math.min(...one.map(({ from }) => from?.getTime() ?? 0)), to: Math.max(...ends) };
        });
        for (const [n, span] of spans.entries()) {
          const next = spans[n + 1];
          if (next === undefined) continue;
          if (isDown) expect(next.to).toBeLessThanOrEqual(span.from);
          else expect(next.from).toBeGreaterThanOrEqual(span.to);
        }
      },
    ),
  );
});

test("a window ends with the week in which enough is expected", () => {
  const tally = tallyOf([1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000], MONDAY + WEEKS * WEEK_MS);
  const stretches = [{ from: new Date(MONDAY), to: null }];
  const of = (expected: number) =>
    issueWindows(stretches, { tally, expected, wanted: 50 }, { isDown: true, past: null }).map(
      (one) => one.length,
    );
  // all match: the newest week has them
  expect(of(8_000)[0]).toBe(1);
  expect(of(8_000).length).toBeGreaterThan(2);
  // next to none does: all weeks at once
  expect(of(8)).toEqual([1]);
});
