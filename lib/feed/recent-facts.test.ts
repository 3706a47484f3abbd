import fc from "fast-check";
import { expect, test } from "vitest";
import { type Fact, factBytes } from "./fact.ts";
import { RecentFacts } from "./recent-facts.ts";

const fact = (position: number, size = 16): Fact => ({ position, selection: "s", tokens: "x".repeat(size) });

test("gives what comes after a position, whole and in order, or says that it is no longer there", () => {
  const recent = new RecentFacts({ position: 10, maxBytes: 1_000_000 });
  expect(recent.after(10, 1_000)).toEqual([]);
  recent.add([fact(11), fact(12), fact(13)]);
  expect(recent.after(11, 1_000_000)?.map(({ position }) => position)).toEqual([12, 13]);
  expect([recent.after(9, 1_000), recent.after(14, 1_000)]).toEqual([null, null]);
});

test("refuses a gap, which would be a revocation that nobody hears of", () => {
  const recent = new RecentFacts({ position: 0, maxBytes: 1_000 });
  expect(() => recent.add([fact(2)])).toThrow("jump");
  expect(() => recent.add([fact(1), fact(1)])).toThrow("jump");
});

test("whatever comes, memory is bounded, and whoever reads piece by piece misses nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 4_000 }),
      (sizes, pieceBytes) => {
        const recent = new RecentFacts({ position: 0, maxBytes: 20_000 });
        for (const [index, size] of sizes.entries()) recent.add([fact(index + 1, size)]);
        const seen: number[] = [];
        let bytes = 0;
        for (let at = recent.start; at < recent.end; ) {
          const piece = recent.after(at, pieceBytes) as Fact[];
          expect(piece.length).toBeGreaterThan(0);
          const size = piece.reduce((sum, one) => sum + factBytes(one), 0);
          if (piece.length > 1) expect(size).toBeLessThanOrEqual(pieceBytes);
          bytes += size;
          seen.push(...piece.map(({ position }) => position));
          at += piece.length;
        }
        expect(bytes).toBeLessThanOrEqual(20_000);
        expect(seen).toEqual(
          Array.from({ length: recent.end - recent.start }, (_, index) => recent.start + index + 1),
        );
        expect(recent.end).toBe(sizes.length);
      },
    ),
  );
});

test("begins anew where it is told to", () => {
  const recent = new RecentFacts({ position: 0, maxBytes: 1_000 });
  recent.add([fact(1)]);
  recent.reset(40);
  expect([recent.start, recent.end, recent.after(1, 100)]).toEqual([40, 40, null]);
});
