import { expect, test } from "vitest";
import { lifelineRows } from "./lifeline-rows.ts";

const word = (place: number, more: Partial<Parameters<typeof lifelineRows>[0][number]> = {}) => ({
  place,
  isLate: false,
  width: 0.2,
  lines: 1,
  ...more,
});

test("words that have room stand in the first line", () => {
  expect(lifelineRows([word(0.03), word(0.5), word(0.97, { isLate: true })])).toEqual([0, 0, 0]);
});

test("words that would cover others stand below them, those of two lines too", () => {
  expect(lifelineRows([word(0.03), word(0.05)])).toEqual([0, 1]);
  expect(lifelineRows([word(0.03, { lines: 2 }), word(0.05)])).toEqual([0, 2]);
  expect(lifelineRows([word(0.03), word(0.05), word(0.07)])).toEqual([0, 1, 2]);
});

test("words that reach back from a late mark keep off those that begin before it", () => {
  expect(lifelineRows([word(0.55), word(0.7, { isLate: true })])).toEqual([0, 1]);
});
