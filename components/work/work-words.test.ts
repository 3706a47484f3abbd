import { describe, expect, test } from "vitest";
import type { WorkItem } from "#lib/work/model.ts";
import { endWords, percentOf, progressWords } from "./work-words.ts";

const item: WorkItem = {
  kind: "export",
  id: "1",
  title: "Export of Tokens as CSV",
  unit: "rows",
  state: "running",
  done: 120_000,
  total: { value: 400_000, isExact: true },
  secondsLeft: 42,
  startedAt: "2026-11-25T03:00:00.000Z",
  endedAt: null,
  note: null,
  cancelPath: null,
  href: null,
};

describe("long work in words", () => {
  test("says of how many, and how long, only where that is known", () => {
    expect(progressWords(item)).toBe("120,000 of 400,000 rows, about 42 s left");
    expect(progressWords({ ...item, secondsLeft: null })).toBe("120,000 of 400,000 rows");
    const atLeast = { value: 10_000, isExact: false };
    expect(progressWords({ ...item, total: atLeast })).toBe("120,000 rows so far");
    expect(progressWords({ ...item, done: 5_000, total: atLeast })).toBe(
      "5,000 rows so far, of more than 10,000",
    );
    expect(progressWords({ ...item, total: null })).toBe("120,000 rows so far");
    expect(percentOf(item)).toBe(30);
    expect(percentOf({ ...item, total: null })).toBeNull();
    expect(percentOf({ ...item, done: 400_010 }), "more came meanwhile").toBe(100);
  });

  test("says how it ended, and that a part is a part", () => {
    expect(endWords({ ...item, state: "done" })).toBe("Done: 120,000 rows");
    expect(endWords({ ...item, state: "cancelled" })).toBe(
      "Cancelled after 120,000 rows: the file is not whole",
    );
    expect(endWords({ ...item, state: "failed", note: "Its reader went away." })).toBe(
      "Broke off after 120,000 rows. Its reader went away.",
    );
  });
});
