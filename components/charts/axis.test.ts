import { expect, test } from "vitest";
import { axisTicks, niceMax } from "./axis.ts";

test.each([
  [0, 1],
  [1, 1],
  [3, 5],
  [7, 10],
  [10, 10],
  [11, 20],
  [21, 25],
  [213, 250],
  [260, 500],
  [1_000_001, 2_000_000],
])("the axis of %d ends at %d", (count, end) => {
  expect(niceMax(count)).toBe(end);
});

test("an axis has few ticks, inside of it", () => {
  const ticks = axisTicks(Array.from({ length: 288 }, (_, at) => at));
  expect(ticks.length).toBeLessThanOrEqual(7);
  expect(ticks.every(({ share }) => share > 0 && share < 1)).toBe(true);
});

test("an axis of nothing has no ticks", () => {
  expect(axisTicks([])).toEqual([]);
});
