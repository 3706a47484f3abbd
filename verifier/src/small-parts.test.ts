import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isOlderThan, VERSION } from "./agent.ts";
import { Latencies } from "./latencies.ts";
import { backoffMs } from "./pause.ts";
import { cleanPath, cleanText, makeReportId } from "./report.ts";

test("the version that is told is the package's", () => {
  const file = path.join(import.meta.dirname, "../package.json");
  expect(JSON.parse(readFileSync(file, "utf8")).version).toBe(VERSION);
});

test.each([
  ["0.1.0", "0.1.1", true],
  ["0.9.0", "0.10.0", true],
  ["1.0.0", "1.0.0", false],
  ["2.0.0", "1.9.9", false],
])("%s is older than %s: %s", (version, minimum, isOlder) => {
  expect(isOlderThan(version, minimum)).toBe(isOlder);
});

test("a percentile is never below the true one, and at most a tenth above", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 300 }),
      (values) => {
        const latencies = new Latencies();
        for (const value of values) latencies.add(value);
        const sorted = [...values].sort((a, b) => a - b);
        const taken = latencies.take();
        for (const [part, got] of [
          [0.5, taken?.p50 ?? 0],
          [0.99, taken?.p99 ?? 0],
        ] as const) {
          const truth = sorted[Math.ceil(sorted.length * part) - 1] as number;
          expect(got).toBeGreaterThanOrEqual(truth - 1);
          expect(got).toBeLessThanOrEqual(truth * 1.1 + 1);
        }
        expect(latencies.take()).toBeNull();
      },
    ),
  );
});

test("waits double up to the bound, of which a random half is left out", () => {
  expect([0, 1, 2, 9].map((attempt) => backoffMs(attempt, 1_000, () => 1))).toEqual([200, 400, 800, 1_000]);
  expect(backoffMs(0, 1_000, () => 0)).toBe(100);
});

test("ids of reports are UUIDv7 of their moment, no two alike", () => {
  const at = Date.UTC(2026, 10, 28);
  const ids = Array.from({ length: 1_000 }, () => makeReportId(at));
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt((ids[0] as string).replaceAll("-", "").slice(0, 12), 16)).toBe(at);
});

test("what leaves this process holds no control characters, no tokens and no query", () => {
  expect(cleanText("a\u0000b\u202ec\n", 10)).toBe("abc");
  expect(cleanText("x".repeat(600), 512)).toHaveLength(512);
  expect(cleanText("\u0001", 9)).toBeUndefined();
  expect(cleanPath("/a?token=1#x")).toBe("/a");
  for (const end of [";jsessionid=9F3AC1", "%3Fcode=9F3AC1", "%23state=9F3AC1"])
    expect(cleanPath(`/a${end}`)).toBe("/a");
  const jwt = `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhYmMifQ.${"x".repeat(86)}`;
  expect(cleanPath(`/reset/${jwt}`)).toBe("/reset/…");
  expect(cleanPath(`/k/twa_${"0".repeat(71)}`)).toBe("/k/…");
});
