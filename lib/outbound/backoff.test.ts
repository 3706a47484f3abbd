import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

test("waits twice as long after each failure, up to ten minutes, and never the same for all", () => {
  expect([1, 2, 3, 4].map((failures) => backoffMs(failures, () => 1))).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(backoffMs(1, () => 0)).toBe(500);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, random) => {
        const ms = backoffMs(failures, () => random);
        expect(ms).toBeGreaterThanOrEqual(500);
        expect(ms).toBeLessThanOrEqual(600_000);
      },
    ),
  );
});
