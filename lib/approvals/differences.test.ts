import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uuidv7 } from "../ids.ts";
import { differencesOf } from "./differences.ts";
import type { ShownAct } from "./model.ts";

const shownAt = new Date("2026-11-29T10:00:00.000Z");
const doneAt = new Date("2026-11-29T12:30:00.000Z");
const times = { shownAt, doneAt };
const later = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000).toISOString();

function act(given: Partial<ShownAct> = {}): ShownAct {
  return {
    act: "client.created",
    target: { kind: "client", id: "1", name: "Portal" },
    reason: null,
    note: null,
    before: null,
    after: null,
    ...given,
  };
}
const differ = (one: ShownAct[], other: ShownAct[]) => differencesOf(one, other, times);

describe("acts are the same", () => {
  test("where ids and instants are made anew, and what is counted is another number", () => {
    const of = (at: Date, count: number) =>
      act({
        target: { kind: "client", id: uuidv7(at), name: "Portal" },
        after: {
          orderId: uuidv7(at),
          expiresAt: later(at, 3600),
          liveTokens: count,
          list: [{ id: uuidv7(at) }],
        },
      });
    expect(differ([of(shownAt, 12)], [of(doneAt, 9)])).toEqual([]);
  });

  test("where fewer API tokens work again than were shown, or none were counted when it was asked for", () => {
    const enabled = (after: object) => act({ act: "admin.enabled", after: { state: "active", ...after } });
    const done = enabled({ apiTokens: 2 });
    for (const shown of [{ apiTokens: 3 }, { apiTokens: 2 }, {}])
      expect(differ([enabled(shown)], [done])).toEqual([]);
    for (const shown of [{ apiTokens: 1 }, { apiTokens: 0 }, { apiTokens: null }, { apiTokens: "3" }])
      expect(differ([enabled(shown)], [done])).toEqual([
        "enabled the admin Portal: how many API tokens work again changed meanwhile.",
      ]);
  });

  test("whatever they hold, with themselves", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (after) => {
        const one = act({ after });
        expect(differ([one], [structuredClone(one)])).toEqual([]);
      }),
    );
  });
});

describe("acts differ, and it is said in words,", () => {
  const old = uuidv7(new Date(shownAt.getTime() - 3_600_000));
  const older = uuidv7(new Date(shownAt.getTime() - 7_200_000));
  test.each([
    ["a value", act({ after: { days: 30 } }), act({ after: { days: 60 } }), "days"],
    ["what was before", act({ before: { days: 30 } }), act({ before: { days: 31 } }), "days"],
    ["an id that was there before", act({ after: { key: old } }), act({ after: { key: older } }), "key"],
    [
      "an instant",
      act({ after: { at: later(shownAt, 60) } }),
      act({ after: { at: later(doneAt, 600) } }),
      "at",
    ],
    ["the target", act(), act({ target: { kind: "client", id: "2", name: "Shop" } }), "something else"],
    ["the act", act(), act({ act: "client.disabled" }), "it would now be"],
    ["a list", act({ after: { list: [1, 2] } }), act({ after: { list: [1, 2, 3] } }), "list"],
    ["a list that is none", act({ after: { list: [1] } }), act({ after: { list: { 0: 1 } } }), "list"],
    ["something that came to it", act({ after: {} }), act({ after: { more: true } }), "more"],
  ])("by %s", (_, one, other, said) => {
    const [words, ...rest] = differ([one], [other]);
    expect(rest).toEqual([]);
    expect(words).toContain(said);
    expect(differ([other], [one])).toHaveLength(1);
  });

  test("by one that came, and one that is gone", () => {
    expect(differ([], [act()])[0]).toContain("also");
    expect(differ([act()], [])[0]).toContain("no longer");
  });
});
