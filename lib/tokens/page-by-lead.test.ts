import fc from "fast-check";
import { expect, test } from "vitest";
import type { Keyset } from "../list-query/keyset.ts";
import type { Window } from "../list-query/time-window.ts";
import { propertyRuns } from "../test-property-runs.ts";
import { type Branch, onRegister } from "./branch.ts";
import { placesByLead } from "./page-by-lead.ts";
import type { Tally } from "./read-tally.ts";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
const MONDAY = Date.UTC(2026, 10, 2);
const WEEKS = 6;
const UNTIL = MONDAY + WEEKS * WEEK_MS - 3_600_000;

type Known = { id: string; issued: number; ends: number };

const TOKENS = fc
  .array(
    fc.record({
      issued: fc.integer({ min: 0, max: WEEKS * WEEK_MS - 1 }),
      life: fc.oneof(fc.constant(600_000), fc.integer({ min: 1_000, max: 2 * WEEK_MS })),
    }),
    { maxLength: 200 },
  )
  .map((all): Known[] =>
    all.map(({ issued, life }, n) => ({
      id: String(n).padStart(4, "0"),
      issued: MONDAY + issued,
      ends: MONDAY + issued + life,
    })),
  );

function tallyOf(tokens: readonly Known[]): Tally {
  const weeks = Array.from({ length: WEEKS }, (_, week) => {
    const of = MONDAY + week * WEEK_MS;
    const own = tokens.filter(({ issued }) => issued >= of && issued < Math.min(of + WEEK_MS, UNTIL));
    const lives = own.map(({ issued, ends }) => Math.ceil((ends - issued) / 1_000));
    return {
      of: new Date(of),
      tokens: own.length,
      lives: [{ kind: "access", shortestSeconds: Math.min(...lives), longestSeconds: Math.max(...lives) }],
    };
  }).filter((week) => week.tokens > 0);
  return {
    until: new Date(UNTIL),
    atMost: tokens.length,
    expected: tokens.length,
    isExact: true,
    weeks,
    clients: [],
    inRegister: 0,
    ofClients: 0,
    ofLabels: [],
    longestSeconds: Math.max(0, ...weeks.flatMap(({ lives }) => lives.map((one) => one.longestSeconds))),
    soonestSeconds: 0,
  };
}

test("pages by expiry hold what a sort of all tokens holds, whichever days were read", async () => {
  await fc.assert(
    fc.asyncProperty(
      TOKENS,
      fc.constantFrom("asc" as const, "desc" as const),
      fc.integer({ min: 1, max: 9 }),
      fc.option(fc.integer({ min: -1, max: (WEEKS + 2) * 168 })),
      async (tokens, direction, limit, hour) => {
        const isDown = direction === "desc";
        const cursor = hour === null ? null : MONDAY + hour * 3_600_000;
        const windowOf = new Map<Branch, Window>();
        const follows = ({ ends }: Known) => cursor === null || (isDown ? ends < cursor : ends > cursor);
        const sorted = (some: readonly Known[]) =>
          some
            .filter(follows)
            .toSorted(
              (one, other) => (one.ends - other.ends || (one.id < other.id ? -1 : 1)) * (isDown ? -1 : 1),
            )
            .slice(0, limit);
        const lead = {
          stretches: [{ from: new Date(MONDAY), to: null }],
          tally: tallyOf(tokens),
          expected: tokens.length,
          branchesIn: (window: Window) => {
            const branch = onRegister([]);
            windowOf.set(branch, window);
            return [branch];
          },
        };
        const keyset: Keyset = {
          limit,
          isReversed: false,
          direction,
          from: cursor === null ? null : { value: new Date(cursor).toISOString(), id: "" },
          type: "time",
        };
        const places = await placesByLead(lead, keyset, async (branches) => {
          const isThere = ({ issued }: Known) =>
            branches.some((branch) => {
              const { from, to } = windowOf.get(branch) as Window;
              return issued >= (from?.getTime() ?? 0) && (to === null || issued < to.getTime());
            });
          return sorted(tokens.filter(isThere)).map(({ id, ends }) => ({ id, place: new Date(ends) }));
        });
        expect(places?.map(({ id }) => id)).toEqual(sorted(tokens).map(({ id }) => id));
      },
    ),
    { numRuns: propertyRuns(300) },
  );
});

test("of tokens that live equally long, the newest days alone are read", async () => {
  const tokens = Array.from({ length: 600 }, (_, n) => {
    const issued = MONDAY + Math.floor((n / 600) * (UNTIL - MONDAY));
    return { id: String(n).padStart(4, "0"), issued, ends: issued + 3_600_000 };
  });
  const read: Window[] = [];
  const keyset: Keyset = { limit: 10, isReversed: false, direction: "desc", from: null, type: "time" };
  const lead = {
    stretches: [{ from: new Date(MONDAY), to: null }],
    tally: tallyOf(tokens),
    expected: 600,
    branchesIn: (window: Window) => {
      read.push(window);
      return [];
    },
  };
  await placesByLead(lead, keyset, async () =>
    tokens
      .slice(-10)
      .reverse()
      .map(({ id, ends }) => ({ id, place: new Date(ends) })),
  );
  expect(read).toEqual([{ from: new Date(UNTIL - (UNTIL % DAY_MS) - 2 * DAY_MS), to: null }]);
});
