import { expect, test } from "vitest";
import { busyPartsOf } from "./busy-parts.ts";

const at = (text: string) => new Date(`2026-11-${text}:00Z`);
const range = { from: at("10T08:20"), to: at("13T05:10") };
const busy = [
  { subject: "ana", day: at("11T00:00") },
  { subject: "ben", day: at("11T00:00") },
  { subject: "ana", day: at("12T00:00") },
];

test("busy days are answered by the hour, and the log has the ends of the range and the days of few uses", () => {
  expect(busyPartsOf(range, ["ana"], busy, null)).toEqual({
    rolled: { from: at("10T09:00"), to: at("13T05:00") },
    log: [
      { from: range.from, to: at("11T00:00"), subjects: ["ana"] },
      { from: at("13T00:00"), to: range.to, subjects: ["ana"] },
    ],
  });
});

test("of several people a day is read from the log for those who are not busy in it", () => {
  expect(busyPartsOf(range, ["ana", "ben"], busy, 86_400)?.log).toEqual([
    { from: range.from, to: at("11T00:00"), subjects: ["ana", "ben"] },
    { from: at("12T00:00"), to: at("13T00:00"), subjects: ["ben"] },
    { from: at("13T00:00"), to: range.to, subjects: ["ana", "ben"] },
  ]);
});

test("nothing is answered where nobody is busy, the range has no whole hour, or the steps are finer", () => {
  expect(busyPartsOf(range, ["ana"], [], null)).toBeNull();
  expect(busyPartsOf({ from: at("11T08:20"), to: at("11T09:40") }, ["ana"], busy, null)).toBeNull();
  expect(busyPartsOf(range, ["ana"], busy, 1_800)).toBeNull();
});
