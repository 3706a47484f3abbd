import fc from "fast-check";
import { expect, test } from "vitest";
import { ceilTo, FINEST, floorTo, GRAINS, grainBelow, partsOf } from "./grains.ts";

const minute = (n: number) => new Date(n * 60_000);
const length = ({ from, to }: { from: Date; to: Date }) => to.getTime() - from.getTime();

test("every grain but the finest is made of whole spans of the one below", () => {
  for (const grain of GRAINS) expect(grain % (grainBelow(grain) ?? grain)).toBe(0);
});

test("a range is cut without gap or overlap, into spans that are rolled up whole and stay within a step", () => {
  const instant = fc.integer({ min: 0, max: 200_000 });
  fc.assert(
    fc.property(
      instant,
      instant,
      instant,
      instant,
      fc.constantFrom(null, 60, 1_800, 7_200, 86_400),
      (a, b, c, d, step) => {
        const range = { from: minute(Math.min(a, b)), to: minute(Math.max(a, b)) };
        const covered = {
          from: ceilTo(minute(Math.min(c, d)), FINEST),
          to: floorTo(minute(Math.max(c, d)), FINEST),
        };
        const { rolled, log } = partsOf(range, covered.from < covered.to ? covered : null, step);
        const parts = [...rolled, ...log].sort((one, other) => one.from.getTime() - other.from.getTime());
        let at = range.from;
        for (const part of parts) {
          expect(part.from).toEqual(at);
          expect(length(part)).toBeGreaterThan(0);
          at = part.to;
        }
        expect(at).toEqual(range.to);
        for (const part of rolled) {
          expect(part.from >= covered.from && part.to <= covered.to).toBe(true);
          expect([part.from, part.to].every((edge) => edge.getTime() % (part.grain * 1_000) === 0)).toBe(
            true,
          );
          if (step !== null) expect(step % part.grain).toBe(0);
        }
        // what a rollup could answer is not read from the log, but for the ends of the range
        const inside = log.filter(
          (part) => part.from >= covered.from && part.to <= covered.to && covered.from < covered.to,
        );
        if (step === null || step % FINEST === 0)
          for (const part of inside) expect(length(part)).toBeLessThan(FINEST * 1_000);
      },
    ),
  );
});
