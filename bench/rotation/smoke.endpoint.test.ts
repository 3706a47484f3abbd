import { expect, test } from "vitest";
import { runBench, SMOKE_MS } from "#bench/run-bench.ts";

test("the smoke run of rotation fails no request and no verification, and ends within the window that was stated", {
  timeout: SMOKE_MS,
}, () => {
  const { status, figures, output } = runBench("rotation", "--smoke");
  expect(status, output).toBe(0);
  for (const name of ["planned_failed_verifications", "planned_failed_requests", "emergency_failed_requests"])
    expect(figures[name], output).toBe("0");
  // longer than the cache time
  expect(Number(figures.planned_signed_after_s), output).toBeGreaterThan(6);
  expect(Number(figures.emergency_refused_everywhere_ms), output).toBeLessThan(5_000);
});
