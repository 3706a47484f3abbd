import fc from "fast-check";
import { expect, test } from "vitest";
import { BUCKETS_MAX, bucketSecondsFor, fillBuckets } from "./buckets.ts";
import { USE_OUTCOMES } from "./model.ts";

const range = fc
  .tuple(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 86_400_000 * 3650 }))
  .map(([from, length]) => [new Date(from), new Date(from + length)] as const);

test("a range is cut into at most the promised number of buckets, without a gap", () => {
  fc.assert(
    fc.property(range, ([from, to]) => {
      const step = bucketSecondsFor(from, to);
      const buckets = fillBuckets(USE_OUTCOMES, [], { from, to }, step);
      expect(buckets.length).toBeLessThanOrEqual(BUCKETS_MAX);
      expect(new Date(buckets[0]?.at as string).getTime()).toBeLessThanOrEqual(from.getTime());
      expect(new Date(buckets.at(-1)?.at as string).getTime() + step * 1000).toBeGreaterThanOrEqual(
        to.getTime(),
      );
      for (const [index, bucket] of buckets.entries())
        if (index > 0)
          expect(new Date(bucket.at).getTime() - new Date(buckets[index - 1]?.at as string).getTime()).toBe(
            step * 1000,
          );
    }),
  );
});

test("counts land in their bucket by outcome", () => {
  const from = new Date("2026-11-21T10:00:00Z");
  const at = new Date("2026-11-21T10:01:00Z");
  const buckets = fillBuckets(
    USE_OUTCOMES,
    [
      { at, outcome: "allowed", count: 3n },
      { at, outcome: "refused", count: 1n },
    ],
    { from, to: new Date("2026-11-21T10:03:00Z") },
    60,
  );
  expect(buckets.map(({ allowed, refused }) => [allowed, refused])).toEqual([
    [0, 0],
    [3, 1],
    [0, 0],
  ]);
});
