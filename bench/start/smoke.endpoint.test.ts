import { expect, test } from "vitest";
import { IS_BUILT, runBench, SMOKE_MS } from "#bench/run-bench.ts";

test.skipIf(!IS_BUILT)(
  "the smoke run of start times a warm start and does not make up a cold one",
  { timeout: SMOKE_MS },
  () => {
    const { status, figures, output } = runBench("start", "--smoke");
    expect(status, output).toBe(0);
    expect(figures.cold_start_s).toBe("not_run");
    expect(Number(figures.warm_start_s), output).toBeGreaterThan(0);
  },
);
