import { expect, test } from "vitest";
import { runBench, SMOKE_MS } from "#bench/run-bench.ts";

test("the smoke run of the verifier prints every figure", { timeout: SMOKE_MS }, () => {
  const { status, figures, output } = runBench("verifier", "--smoke");
  expect(status, output).toBe(0);
  for (const name of [
    "verifier_cost_ratio",
    "verifier_check_ratio",
    "verifier_us",
    "bare_jose_us",
    "verifier_ready_s",
  ])
    expect(Number(figures[name]), output).toBeGreaterThan(0);
  expect(figures.verifier_facts_mb).toBeDefined();
});
