import fc from "fast-check";
import { expect, test } from "vitest";
import { waitBeforeReopening } from "./reopening.ts";

test("waits a second after the first failure and twice as long after each other one, half a minute at most", () => {
  const waits = [1, 2, 3, 4, 5, 6, 40].map((failures) => waitBeforeReopening(failures, () => 0));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test("leaves out up to a half at random, and never waits less than a second or more than thirty", () => {
  fc.assert(
    fc.property(
      fc.nat(2_000),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (failures, chance) => {
        const wait = waitBeforeReopening(failures, () => chance);
        const longest = waitBeforeReopening(failures, () => 0);
        expect(wait).toBeGreaterThanOrEqual(Math.max(1_000, Math.floor(longest / 2)));
        expect(wait).toBeLessThanOrEqual(Math.min(30_000, longest));
      },
    ),
  );
});
