import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { logProblem } from "./problem.ts";

let lines: { leftOut?: number; status: number; error: string }[] = [];

beforeEach(() => {
  lines = [];
  vi.useFakeTimers();
  vi.spyOn(console, "error").mockImplementation((text: string) => void lines.push(JSON.parse(text)));
});
afterEach(() => {
  vi.runOnlyPendingTimers();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("while the database is away there is a line a second, without a stack, and no request is uncounted", () => {
  for (let at = 0; at < 5_000; at += 1) {
    const error = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    logProblem(error, String(at), "GET /api/v1/me");
    if (at % 1_000 === 999) vi.advanceTimersByTime(1_000);
  }
  vi.advanceTimersByTime(60_000);
  expect(lines.length).toBe(6);
  expect(lines.reduce((sum, { leftOut = 0 }) => sum + 1 + leftOut, 0)).toBe(5_000);
  for (const { status, error } of lines) {
    expect(status).toBe(503);
    expect(error).toContain("ECONNREFUSED");
    expect(error).not.toMatch(/ at |problem\.test/);
  }
});

test("a fault of ours is logged each time, with its place; a refusal never", () => {
  for (let at = 0; at < 3; at += 1)
    logProblem(new TypeError("x is no function"), String(at), "GET /api/v1/me");
  expect(lines.map(({ status }) => status)).toEqual([500, 500, 500]);
  for (const { error } of lines) expect(error).toContain("problem.test");
});
