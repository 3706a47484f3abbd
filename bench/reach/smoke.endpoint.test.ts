import { expect, test } from "vitest";
import { IS_BUILT, runBench, SMOKE_MS } from "#bench/run-bench.ts";

test("the smoke run of reach lets every verifier refuse, and its newcomer and its status list know every revocation", {
  timeout: SMOKE_MS,
}, () => {
  const { status, figures, output } = runBench("reach", "--smoke");
  expect(status, output).toBe(0);
  for (const name of ["feed_catch_up_s", "status_list_kb"])
    expect(Number(figures[name]), output).toBeGreaterThan(0);
  // there is a button where the console is built
  if (IS_BUILT) expect(Number(figures.propagation_p99_ms), output).toBeGreaterThan(0);
});
