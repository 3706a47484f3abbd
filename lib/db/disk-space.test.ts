import fc from "fast-check";
import { expect, test } from "vitest";
import { diskBounds, isRefusedAt } from "./disk-space.ts";

const bytes = fc.integer({ min: 16 * 1_024 * 1_024, max: 2 ** 46 });

test("on a disk of any size the reserve is smaller than what is left when new work is refused, and going on needs more", () => {
  fc.assert(
    fc.property(bytes, (totalBytes) => {
      const { releaseBelowBytes, reserveBytes, refuseBelowBytes, resumeAboveBytes } = diskBounds(totalBytes);
      expect(releaseBelowBytes).toBeGreaterThan(0);
      expect(releaseBelowBytes).toBeLessThan(reserveBytes);
      expect(reserveBytes).toBeLessThan(refuseBelowBytes);
      expect(resumeAboveBytes).toBeGreaterThan(refuseBelowBytes);
      // an empty small disk is never full
      expect(resumeAboveBytes + reserveBytes).toBeLessThan(totalBytes / 4);
    }),
  );
});

test("between the two bounds it stays as it was", () => {
  fc.assert(
    fc.property(bytes, fc.nat(), fc.boolean(), (totalBytes, any, was) => {
      const freeBytes = any % totalBytes;
      const { refuseBelowBytes, resumeAboveBytes } = diskBounds(totalBytes);
      const is = isRefusedAt({ freeBytes, totalBytes, missingReserveBytes: 0 }, was);
      const withoutReserve = {
        freeBytes,
        totalBytes,
        missingReserveBytes: diskBounds(totalBytes).reserveBytes,
      };
      if (is) expect(isRefusedAt(withoutReserve, was)).toBe(true);
      if (freeBytes < refuseBelowBytes) expect(is).toBe(true);
      else if (freeBytes >= resumeAboveBytes) expect(is).toBe(false);
      else expect(is).toBe(was);
    }),
  );
});
