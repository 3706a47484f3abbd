import { expect, test } from "vitest";
import { createPermutation } from "./permutation.ts";

test("gives every index of a list exactly once", () => {
  const indexOf = createPermutation(20);
  const seen = new Uint8Array(2 ** 20);
  for (let place = 0; place < seen.length; place += 1) {
    const index = indexOf(place);
    seen[index] = (seen[index] as number) + 1;
  }
  expect(seen.every((times) => times === 1)).toBe(true);
});

test("orders indexes by its key, and differently by another one", () => {
  const key = Buffer.alloc(32, 7);
  const first = (given?: Buffer) => {
    const indexOf = createPermutation(20, given);
    return Array.from({ length: 1_000 }, (_, place) => indexOf(place));
  };
  expect(first(key)).toEqual(first(key));
  const common = first(key).filter((index, place) => index === first(Buffer.alloc(32, 8))[place]);
  expect(common.length).toBeLessThan(5);
});

test("spreads neighbours over the whole list", () => {
  const indexOf = createPermutation(20);
  const eighths = new Set<number>();
  let neighbours = 0;
  for (let place = 0; place < 1_000; place += 1) {
    eighths.add(indexOf(place) >>> 17);
    if (Math.abs(indexOf(place) - indexOf(place + 1)) === 1) neighbours += 1;
  }
  expect(eighths.size).toBe(8);
  expect(neighbours).toBeLessThan(20);
});

test("refuses a place that a list does not have", () => {
  const indexOf = createPermutation(4);
  for (const place of [-1, 16, 0.5, Number.NaN]) expect(() => indexOf(place)).toThrow(RangeError);
});
