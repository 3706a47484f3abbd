import fc from "fast-check";
import { expect, test } from "vitest";
import { type Condition, stepCondition } from "./condition-step.ts";

const WAITS = { riseMs: 60_000, fallMs: 60_000 };

/** What is told of a run of looks, ten seconds apart. */
function toldOf(looks: readonly boolean[], waits = WAITS): (string | null)[] {
  let current: Condition | null = null;
  return looks.map((isBad, nth) => {
    const { next, tell } = stepCondition(current, isBad, nth * 10_000, waits);
    current = next;
    return tell;
  });
}

const times = (count: number, isBad: boolean) => Array.from({ length: count }, () => isBad);

test("is told once when it has lasted, and once when it has been over for as long", () => {
  const told = toldOf([...times(20, true), ...times(20, false)]);
  expect(told.flatMap((tell, at) => (tell === null ? [] : [[at, tell]]))).toEqual([
    [6, "began"],
    [26, "ended"],
  ]);
});

test("what does not last is not told, and what comes back at once is not told again", () => {
  expect(toldOf([...times(5, true), ...times(5, false), ...times(5, true)]).filter(Boolean)).toEqual([]);
  const flapping = Array.from({ length: 200 }, (_, nth) => nth % 3 !== 0);
  expect(toldOf([...times(10, true), ...flapping]).filter(Boolean)).toEqual(["began"]);
});

test("without waits each change is told as it comes", () => {
  const told = toldOf([true, true, false, false, true], { riseMs: 0, fallMs: 0 });
  expect(told).toEqual(["began", null, "ended", null, "began"]);
});

test("beginning and end always take turns, a minute apart at least", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (looks) => {
      const told = toldOf(looks).flatMap((tell, at) => (tell === null ? [] : [{ tell, at }]));
      told.forEach(({ tell, at }, nth) => {
        expect(tell).toBe(nth % 2 === 0 ? "began" : "ended");
        const before = told[nth - 1];
        if (before !== undefined) expect(at - before.at).toBeGreaterThanOrEqual(6);
      });
    }),
  );
});
