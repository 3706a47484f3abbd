import fc from "fast-check";
import { expect, test } from "vitest";
import { type CountedUse, UsageDeltas } from "./usage-deltas.ts";

function deltasOf(uses: readonly CountedUse[]): UsageDeltas {
  const deltas = new UsageDeltas();
  for (const use of uses) deltas.add(use);
  return deltas;
}

const use = fc.record({
  tokenId: fc.constantFrom("c", "a", "b"),
  refusal: fc.constantFrom(null, "revoked" as const),
  at: fc.integer({ min: 0, max: 50 }).map((ms) => new Date(ms)),
  ip: fc.constantFrom(null, "192.0.2.1", "192.0.2.2", "192.0.2.3"),
});

test("uses that are counted flush by flush come to what they come to in one, in the order of their tokens", () => {
  fc.assert(
    fc.property(fc.array(fc.array(use, { maxLength: 8 }), { maxLength: 6 }), (flushes) => {
      const merged = new UsageDeltas();
      for (const flush of flushes) merged.addAll(deltasOf(flush));
      const all = flushes.flat();
      expect(merged.list()).toEqual(deltasOf(all).list());
      for (const delta of merged.list()) {
        const own = all.filter(({ tokenId }) => tokenId === delta.token_id);
        const allowed = own.filter(({ refusal }) => refusal === null);
        expect([delta.uses, delta.refusals]).toEqual([allowed.length, own.length - allowed.length]);
        expect(delta.last_used_at?.getTime() ?? -1).toBe(
          Math.max(-1, ...allowed.map(({ at }) => at.getTime())),
        );
        const placed = own.filter(({ ip }) => ip !== null);
        const latest = Math.max(...placed.map(({ at }) => at.getTime()));
        expect(
          placed.length === 0
            ? [null]
            : placed.filter(({ at }) => at.getTime() === latest).map(({ ip }) => ip),
        ).toContain(delta.last_ip);
      }
      const ids = merged.list().map(({ token_id }) => token_id);
      expect(ids).toEqual(ids.toSorted());
    }),
  );
});
