import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBuckets } from "./token-buckets.ts";

test("a key never gets more than its burst and what its rate brought since, whatever others take", () => {
  const step = fc.record({ key: fc.constantFrom("a", "b"), waitMs: fc.integer({ min: 0, max: 400 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let now = 0;
      const buckets = new TokenBuckets({ perSecond: 10, burst: 5, now: () => now });
      const taken = { a: 0, b: 0 };
      for (const { key, waitMs } of steps) {
        now += waitMs;
        if (buckets.take(key)) taken[key as "a" | "b"] += 1;
        expect(taken[key as "a" | "b"]).toBeLessThanOrEqual(5 + Math.floor(now / 100) + 1);
      }
    }),
  );
});

test("what was spent comes back with time, up to the burst", () => {
  let now = 0;
  const buckets = new TokenBuckets({ perSecond: 2, burst: 3, now: () => now });
  const take = (times: number) => Array.from({ length: times }, () => buckets.take("a"));
  expect(buckets.isSpent("a")).toBe(false);
  expect(take(4)).toEqual([true, true, true, false]);
  expect(buckets.isSpent("a")).toBe(true);
  expect(buckets.isSpent("b")).toBe(false);
  now = 500;
  expect(take(2)).toEqual([true, false]);
  now = 60_000;
  expect(take(4)).toEqual([true, true, true, false]);
});

test("a flood of keys leaves no more of them in memory than its bound", () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 1, maxKeys: 100 });
  for (let index = 0; index < 10_000; index += 1) buckets.take(`192.0.2.${index}`);
  expect(buckets.size).toBe(100);
});

test("what is given back may be taken again, and never makes more than the burst", () => {
  const buckets = new TokenBuckets({ perSecond: 1, burst: 2, now: () => 0 });
  const take = (times: number) => Array.from({ length: times }, () => buckets.take("a"));
  buckets.giveBack("a");
  expect(take(3)).toEqual([true, true, false]);
  buckets.giveBack("a");
  expect(take(2)).toEqual([true, false]);
  for (let time = 0; time < 5; time += 1) buckets.giveBack("a");
  expect(take(3)).toEqual([true, true, false]);
});
