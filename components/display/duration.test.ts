import { describe, expect, it } from "vitest";
import { durationWords, relativeWords, shortDuration } from "./duration.ts";

describe("shortDuration", () => {
  it.each([
    [0, "0 s"],
    [59.9, "59 s"],
    [529, "8 min 49 s"],
    [3600, "1 h"],
    [532_800, "6 d 4 h"],
    [1_036_800 + 7200, "12 d"],
    [-5, "0 s"],
  ])("tells %d seconds as %s", (seconds, words) => expect(shortDuration(seconds)).toBe(words));
});

describe("durationWords", () => {
  it.each([
    [0, "0 seconds"],
    [60, "1 minute"],
    [90, "1 minute 30 seconds"],
    [604_800, "7 days"],
  ])("tells %d seconds as %s", (seconds, words) => expect(durationWords(seconds)).toBe(words));
});

describe("relativeWords", () => {
  it("tells the past in one unit and what is to come in two", () => {
    const now = Date.UTC(2026, 10, 21, 12);
    expect(relativeWords(now, now)).toBe("now");
    expect(relativeWords(now - 254_000, now)).toBe("4 min ago");
    expect(relativeWords(now + 529_000, now)).toBe("in 8 min 49 s");
  });
});
