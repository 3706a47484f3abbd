import fc from "fast-check";
import { expect, test } from "vitest";
import { stretchesOf } from "./stretches.ts";

const DAY_MS = 86_400_000;
const minute = (n: number) => new Date(n * 60_000);

test("a range is looked through once, without a gap, in its order, days as whole ones, and never further than an hour first", () => {
  const instant = fc.integer({ min: 0, max: 20_000 });
  fc.assert(
    fc.property(instant, instant, fc.constantFrom("asc" as const, "desc" as const), (a, b, direction) => {
      const range = { from: minute(Math.min(a, b)), to: minute(Math.max(a, b)) };
      const stretches = stretchesOf(range, direction);
      let at = direction === "asc" ? range.from : range.to;
      for (const { span, isDays } of stretches) {
        expect(direction === "asc" ? span.from : span.to).toEqual(at);
        expect(span.from < span.to).toBe(true);
        if (isDays) expect([span.from, span.to].map((edge) => edge.getTime() % DAY_MS)).toEqual([0, 0]);
        else expect(span.to.getTime() - span.from.getTime()).toBeLessThanOrEqual(DAY_MS);
        at = direction === "asc" ? span.to : span.from;
      }
      expect(at).toEqual(direction === "asc" ? range.to : range.from);
    }),
    { numRuns: 500 },
  );
});
