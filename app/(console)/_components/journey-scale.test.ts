import { expect, test } from "vitest";
import { placeOf, ticksUpTo } from "./journey-scale.ts";

test("the commit is at the left, the longest at the right, and what is later stays inside", () => {
  expect(placeOf(0, 60_000)).toBe(0);
  expect(placeOf(60_000, 60_000)).toBe(1);
  expect(placeOf(90_000, 60_000)).toBe(1);
  // a clock that differs a little must not draw outside either
  expect(placeOf(-5, 60_000)).toBe(0);
});

test("an acknowledgement after milliseconds is told from the commit on an axis of an hour", () => {
  const hour = 3_600_000;
  expect(placeOf(40, hour)).toBeGreaterThan(0.1);
  const places = ticksUpTo(hour).map(({ place }) => place);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(places.at(-1)).toBeLessThan(1);
});
