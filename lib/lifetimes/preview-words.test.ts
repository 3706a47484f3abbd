import { describe, expect, test } from "vitest";
import { previewSentences } from "./preview-words.ts";

const counted = {
  access: 40,
  refresh: 2,
  isExact: true,
  clients: 3,
  over: 5,
  endsAt: "2026-11-21T12:30:00.000Z",
  expiresAt: "2026-11-28T12:00:00.000Z",
};

describe("a preview in words", () => {
  test("that is exact says how many, and when the last of them ends", () => {
    const words = previewSentences(counted).join(" ");
    expect(words).toContain("40 access tokens and 2 refresh tokens of 3 clients outlive the new limits.");
    expect(words).toContain("the last until 2026-11-28 12:00 UTC");
    expect(words).toContain("5 are past their new limit and end at once; each of the others ends");
    expect(words).not.toContain("least");
    expect(words).not.toContain("looked at");
    expect(previewSentences({ ...counted, over: 42 }).join(" ")).toContain("Shortened, all past");
  });

  test("that is not says so of each number and each instant, and never that all are past", () => {
    const words = previewSentences({ ...counted, isExact: false });
    expect(words[0]).toBe(
      "At least 40 access tokens and 2 refresh tokens of at least 3 clients outlive the new limits: counting them all takes too long here.",
    );
    expect(words[1]).toContain("the last of those that were looked at until 2026-11-28 12:00 UTC");
    expect(words[2]).toContain(
      "at least 5 are past their new limit and end at once; each of the others ends",
    );
    expect(words[2]).toContain("the last of those that were looked at by 2026-11-21 12:30 UTC");
    const all = previewSentences({ ...counted, isExact: false, over: 42 }).join(" ");
    expect(all).not.toMatch(/\ball past/);
    expect(all).toContain("at least 42 are past their new limit");
  });
});
