import { expect, test } from "vitest";
import { AnswerTimes } from "./answer-times.ts";

test("half of the answers took no longer than p50, and one in a hundred longer than p99, at most a tenth too high", () => {
  const times = new AnswerTimes();
  for (let ms = 1; ms <= 1_000; ms += 1) times.add(ms);
  const { p50, p99 } = times.take() ?? { p50: 0, p99: 0 };
  expect(p50).toBeGreaterThanOrEqual(500_000);
  expect(p50).toBeLessThan(550_000);
  expect(p99).toBeGreaterThanOrEqual(990_000);
  expect(p99).toBeLessThan(1_089_000);
});

test("what was asked for is not told again, and nothing is no time at all", () => {
  const times = new AnswerTimes();
  expect(times.take()).toBeNull();
  times.add(0);
  times.add(Number.MAX_SAFE_INTEGER);
  expect(times.take()?.p50).toBe(1);
  expect(times.take()).toBeNull();
});
