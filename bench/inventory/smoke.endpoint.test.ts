import { expect, test } from "vitest";
import { runBench, SMOKE_MS } from "#bench/run-bench.ts";

test("the smoke run of inventory fills a register, prints every figure, and knows how many tokens there are", {
  timeout: SMOKE_MS,
}, () => {
  const { status, figures, output } = runBench("inventory", "--smoke");
  expect(status, output).toBe(0);
  for (const name of ["list_p95_ms", "list_worst_p95_ms", "count_p95_ms", "seed_minutes"])
    expect(Number(figures[name]), output).toBeGreaterThan(0);
  expect(figures).toMatchObject({ list_given_up: "0", count_exact_within_2s: "100" });
  // where the console is built and there is a browser; else it says so
  if (!/pages on screen: not measured/.test(output))
    expect(Number(figures.page_on_screen_p95_ms), output).toBeGreaterThan(0);
});
