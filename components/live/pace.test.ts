import { expect, test } from "vitest";
import { waitBeforeDrawing } from "./pace.ts";

test("news is drawn at once after a rest", () => {
  expect(waitBeforeDrawing({ startedAtMs: 0, tookMs: 0 }, "urgent", 10_000)).toBe(0);
  expect(waitBeforeDrawing({ startedAtMs: 0, tookMs: 0 }, "uses", 10_000)).toBe(0);
});

test("urgent news waits a part of a second at most while the page is quick to draw, uses a whole one", () => {
  const last = { startedAtMs: 5_000, tookMs: 100 };
  expect(waitBeforeDrawing(last, "urgent", 5_100)).toBe(250);
  expect(waitBeforeDrawing(last, "uses", 5_100)).toBe(900);
});

test("a page that is slow to draw rests after it, longer for uses alone, and is never left for long", () => {
  expect(waitBeforeDrawing({ startedAtMs: 0, tookMs: 2_000 }, "urgent", 2_000)).toBe(500);
  expect(waitBeforeDrawing({ startedAtMs: 0, tookMs: 2_000 }, "uses", 2_000)).toBe(2_000);
  expect(waitBeforeDrawing({ startedAtMs: 0, tookMs: 60_000 }, "uses", 14_000)).toBe(1_000);
});
