import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { logFailure } from "./log-failure.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Line = Record<string, unknown> & { leftOut?: number };

function logOf() {
  const lines: Line[] = [];
  return { lines, log: pino({}, { write: (text: string) => void lines.push(JSON.parse(text) as Line) }) };
}

const gone = () => Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:5432"), { code: "ECONNREFUSED" });

test("while the database is away there is a line a second, without a stack, and no failure is uncounted", () => {
  const { lines, log } = logOf();
  for (let at = 0; at < 5_000; at += 1) {
    logFailure(log, new Error("it failed", { cause: gone() }), { requestId: String(at) }, "request failed");
    if (at % 1_000 === 999) vi.advanceTimersByTime(1_000);
  }
  vi.advanceTimersByTime(60_000);
  expect(lines.length).toBe(6);
  expect(lines.reduce((sum, { leftOut = 0 }) => sum + 1 + leftOut, 0)).toBe(5_000);
  expect(JSON.stringify(lines)).not.toMatch(/stack|log-failure\.test/);
  expect(lines[0]).toMatchObject({ level: 40, requestId: "0", leftOut: 0, msg: "request failed" });
  expect(lines[0]?.reason).toContain("ECONNREFUSED");
});

test("what failed of itself is logged each time, whole", () => {
  const { lines, log } = logOf();
  for (let at = 0; at < 3; at += 1) logFailure(log, new TypeError("x is no function"), {}, "request failed");
  expect(lines.length).toBe(3);
  for (const line of lines) expect(JSON.stringify(line.err)).toContain("log-failure.test");
});
