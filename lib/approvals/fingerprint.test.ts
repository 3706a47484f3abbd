import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Act } from "../audit/record-entry.ts";
import { uuidv7 } from "../ids.ts";
import { allDifferencesOf } from "./differences.ts";
import { ACTS_SHOWN } from "./model.ts";
import { actsOf } from "./shown.ts";

const shownAt = new Date("2026-11-29T10:00:00.000Z");
const doneAt = new Date("2026-11-29T12:30:00.000Z");
const later = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000).toISOString();
const MANY = ACTS_SHOWN + 300;
const FIXED = "2026-12-24T18:00:00.000Z";

/** So many alike, but for the one that `change` makes something else. */
function acts(at: Date, change: (act: Act, n: number) => Act = (act) => act, count = MANY): Act[] {
  return Array.from({ length: count }, (_, n) =>
    change(
      {
        act: "token.revoked",
        target: { kind: "token", id: `t-${n}`, name: `Token ${n}` },
        reason: "leaked",
        after: {
          orderId: uuidv7(at),
          liveTokens: Math.random(),
          until: later(at, 4 * 3600 + Math.random()),
          fixed: FIXED,
          list: [n, "made with it: key-1"],
        },
      },
      n,
    ),
  );
}

const changedAt = (index: number, given: (act: Act) => Partial<Act>) => (act: Act, n: number) =>
  n === index ? { ...act, ...given(act) } : act;

function differ(shown: Act[], done: Act[]): string[] {
  const one = JSON.parse(JSON.stringify(actsOf({ acts: shown, made: new Set() }, shownAt)));
  return allDifferencesOf(one, actsOf({ acts: done, made: new Set() }, doneAt), { shownAt, doneAt });
}

describe("of very many acts all are compared", () => {
  test("and are the same where ids, instants and counts are made anew alone; what is kept of them stays small", () => {
    expect(differ(acts(shownAt), acts(doneAt))).toEqual([]);
    const kept = actsOf({ acts: acts(shownAt), made: new Set() }, shownAt);
    expect(kept.acts).toHaveLength(ACTS_SHOWN);
    expect(kept.counts).toEqual([{ act: "token.revoked", count: MANY }]);
    expect(JSON.stringify({ ...kept, acts: [] }).length).toBeLessThan(1_000);
  });

  test("whatever stands in one of them, and wherever it is", () => {
    const place = fc.integer({ min: 0, max: MANY - 1 });
    fc.assert(
      fc.property(place, fc.jsonValue(), fc.jsonValue(), (index, one, other) => {
        const withValue = (value: unknown) => changedAt(index, () => ({ after: { value } }));
        const said = differ(acts(shownAt, withValue(one)), acts(doneAt, withValue(other)));
        expect(said.length === 0).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { numRuns: 25 },
    );
  });

  const last = MANY - 1;
  const old = uuidv7(new Date(shownAt.getTime() - 3_600_000));
  const older = uuidv7(new Date(shownAt.getTime() - 7_200_000));
  test.each<[string, (act: Act) => Partial<Act>, (act: Act) => Partial<Act>]>([
    ["the target", () => ({}), () => ({ target: { kind: "token", id: "other", name: "Token" } })],
    ["the note", () => ({}), () => ({ note: "another" })],
    ["an id that was there before", () => ({ after: { id: old } }), () => ({ after: { id: older } })],
    [
      "an instant that is as far from its run as none",
      () => ({ after: { until: later(shownAt, 3600) } }),
      () => ({ after: { until: later(doneAt, 7200) } }),
    ],
    [
      "a fixed instant",
      () => ({ after: { fixed: FIXED } }),
      () => ({ after: { fixed: later(doneAt, 3600) } }),
    ],
    ["a list that has its name", () => ({ after: { id: old } }), () => ({ after: { id: ["made"] } })],
  ])("and %s of the last is seen", (_name, one, other) => {
    expect(differ(acts(shownAt, changedAt(last, one)), acts(doneAt, changedAt(last, other)))).toEqual([
      `Of the 300 acts after the first ${ACTS_SHOWN}, some would be others.`,
    ]);
  });

  test("and another number, another kind and another order are said", () => {
    expect(differ(acts(shownAt), acts(doneAt, undefined, MANY + 1))).toEqual([
      `“revoked the token” would stand in the log ${MANY + 1} times instead of ${MANY}.`,
    ]);
    const disabled = changedAt(last, () => ({ act: "client.disabled" }));
    expect(differ(acts(shownAt), acts(doneAt, disabled))).toHaveLength(2);
    const swapped = acts(doneAt);
    [swapped[last], swapped[last - 1]] = [swapped[last - 1] as Act, swapped[last] as Act];
    expect(differ(acts(shownAt), swapped)).toHaveLength(1);
  });

  test("and one that was asked for before there was a fingerprint is held to its number", () => {
    const { acts: first, actCount } = actsOf({ acts: acts(shownAt), made: new Set() }, shownAt);
    const before = { acts: first, actCount };
    const done = (count: number) => actsOf({ acts: acts(doneAt, undefined, count), made: new Set() }, doneAt);
    const times = { shownAt, doneAt };
    expect(allDifferencesOf(before, done(MANY), times)).toEqual([]);
    expect(allDifferencesOf(before, done(MANY + 1), times)).toEqual([
      `It would be ${MANY + 1} acts instead of ${MANY}.`,
    ]);
  });
});
