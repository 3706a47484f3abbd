import { describe, expect, test } from "vitest";
import { bytesWords, leavesAt, nextRunAt, weekOf, weekWords } from "./model.ts";

const at = (text: string) => new Date(text);

test.each([
  ["2026-11-25T07:10:00Z", "2026-11-25T07:35:00.000Z"],
  ["2026-11-25T07:34:59.999Z", "2026-11-25T07:35:00.000Z"],
  ["2026-11-25T07:35:00Z", "2026-11-25T08:35:00.000Z"],
  ["2026-12-31T23:40:00Z", "2027-01-01T00:35:00.000Z"],
])("after %s the worker looks at %s", (now, next) => {
  expect(nextRunAt(at(now)).toISOString()).toBe(next);
});

test.each([
  ["2026-11-23T00:00:00Z", "2026-11-23"],
  ["2026-11-22T23:59:59.999Z", "2026-11-16"],
  ["2024-03-01T12:00:00Z", "2024-02-26"],
  ["1969-12-31T12:00:00Z", "1969-12-29"],
])("%s is of the week of %s", (instant, monday) => {
  expect(weekOf(at(instant)).toISOString()).toBe(`${monday}T00:00:00.000Z`);
});

describe("a week leaves", () => {
  const week = at("2026-08-03T00:00:00Z");
  test("so many days after its end where its tokens lived shorter", () => {
    expect(leavesAt({ week, lastExpiry: at("2026-08-04T00:00:00Z") }, 90)).toEqual(
      at("2026-11-08T00:00:00Z"),
    );
    expect(leavesAt({ week, lastExpiry: null }, 90)).toEqual(at("2026-11-08T00:00:00Z"));
  });
  test("so many days after its last token expired where that lived longer", () => {
    expect(leavesAt({ week, lastExpiry: at("2027-08-01T10:00:00Z") }, 90)).toEqual(
      at("2027-10-30T10:00:00Z"),
    );
  });
});

test.each([
  [0, "0 bytes"],
  [999, "999 bytes"],
  [8_192, "8.2 kB"],
  [412_345_678, "412 MB"],
  [1_250_000_000, "1.3 GB"],
  [9e15, "9000 TB"],
])("%d bytes are %s", (bytes, words) => {
  expect(bytesWords(bytes)).toBe(words);
});

test("a week is called by its Monday", () => {
  expect(weekWords("2026-08-03")).toBe("the week of 3 August 2026");
});
