import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../test-property-runs.ts";
import type { RevokedCells } from "./revoked-cells.ts";
import { type RevokedQuestion, revokedWindows } from "./revoked-pieces.ts";
import { mergedSpans } from "./revoked-ways.ts";
import { partKey, type TallyParts } from "./tally-parts.ts";

const DAY = 86_400_000;
const WEEK = Date.parse("2026-11-02T00:00:00Z");
const OPEN = { from: null, to: null };
const ASKED: RevokedQuestion = { order: "issued", share: 1, issued: OPEN, expires: OPEN };

function partsOf(parts: [week: number, clientId: string, lives: [number, number]][]): TallyParts {
  return {
    until: new Date(WEEK + 28 * DAY),
    parts: new Map(
      parts.map(([week, clientId, [shortestSeconds, longestSeconds]]) => [
        partKey(week, clientId, "access"),
        { tokens: 100, expected: 50, shortestSeconds, longestSeconds },
      ]),
    ),
    ofLabels: [],
    ofClients: new Map(),
  };
}

function cellsOf(cells: [clientId: string, week: number, day: number, tokens: number][]): RevokedCells {
  return {
    until: new Date(WEEK + 28 * DAY),
    cells: cells.map(([clientId, week, day, tokens]) => ({ clientId, kind: "access", week, day, tokens })),
    ofWeeks: new Map(),
    apartOfWeeks: new Map(),
    wideClients: new Set(),
  };
}

describe("the days in which revoked tokens can match", () => {
  test("are those in which what expires in a day was issued", () => {
    const revoked = cellsOf([["one", WEEK, WEEK + 3 * DAY, 10]]);
    const [window, ...others] = revokedWindows(revoked, partsOf([[WEEK, "one", [600, 600]]]), ASKED, {
      isDown: true,
      past: null,
      wanted: 50,
    });
    expect(others).toEqual([]);
    expect(window?.within).toEqual({ from: null, to: null });
    const spans = mergedSpans(window?.spans ?? [], 9);
    expect(spans).toEqual([{ from: WEEK + 3 * DAY - 600_000, to: WEEK + 4 * DAY - 599_000 }]);
    // half of what the tally has of the client carries what is asked for
    expect(window?.expected).toBeCloseTo(5);
  });

  test("hold no client that lacks what is asked for", () => {
    const revoked = cellsOf([["other", WEEK, WEEK + DAY, 10]]);
    const windows = revokedWindows(revoked, partsOf([[WEEK, "one", [600, 600]]]), ASKED, {
      isDown: true,
      past: null,
      wanted: 50,
    });
    expect(windows).toEqual([{ within: { from: null, to: null }, expected: 0, spans: [] }]);
  });
});

const someCells = fc.array(
  fc.record({
    clientId: fc.constantFrom("one", "two"),
    week: fc.integer({ min: 0, max: 3 }),
    day: fc.integer({ min: 0, max: 30 }),
    tokens: fc.integer({ min: 1, max: 400 }),
  }),
  { maxLength: 40 },
);

test("windows follow each other without a gap, in the list's order, and leave no span out", () => {
  fc.assert(
    fc.property(someCells, fc.boolean(), fc.constantFrom("issued", "expires"), (some, isDown, order) => {
      const weekOf = (week: number) => WEEK + week * 7 * DAY;
      const revoked = cellsOf(
        some.map(({ clientId, week, day, tokens }) => [clientId, weekOf(week), WEEK + day * DAY, tokens]),
      );
      const lives: [number, number] = [600, 9 * 86_400];
      const parts = partsOf(
        [0, 1, 2, 3].flatMap((week) => [
          [weekOf(week), "one", lives],
          [weekOf(week), "two", lives],
        ]),
      );
      const asked = { ...ASKED, order } as const;
      const windows = revokedWindows(revoked, parts, asked, { isDown, past: null, wanted: 50 });
      const [one] = revokedWindows(revoked, parts, asked, {
        isDown,
        past: null,
        wanted: Number.POSITIVE_INFINITY,
      });
      expect(windows[0]?.within[isDown ? "to" : "from"]).toBeNull();
      expect(windows.at(-1)?.within[isDown ? "from" : "to"]).toBeNull();
      for (const [index, { within }] of windows.entries())
        if (index > 0)
          expect(within[isDown ? "to" : "from"]).toEqual(windows[index - 1]?.within[isDown ? "from" : "to"]);
      const spansOf = (spans: readonly { from: number; to: number }[]) => mergedSpans(spans, 1_000);
      expect(spansOf(windows.flatMap(({ spans }) => spans))).toEqual(spansOf(one?.spans ?? []));
    }),
    { numRuns: propertyRuns(60) },
  );
});

test("spans that are put together cover all that they did, in no more than may be", () => {
  const span = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(
      fc.array(span, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 6 }),
      (some, most) => {
        const spans = some.map(([from, length]) => ({ from, to: from + length }));
        const merged = mergedSpans(spans, most);
        expect(merged.length).toBeLessThanOrEqual(most);
        for (const { from, to } of spans)
          expect(merged.some((one) => one.from <= from && to <= one.to)).toBe(true);
        for (const [index, one] of merged.entries())
          if (index > 0) expect(one.from).toBeGreaterThan(merged[index - 1]?.to ?? 0);
      },
    ),
    { numRuns: propertyRuns(60) },
  );
});
