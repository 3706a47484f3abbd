import { expect, test } from "vitest";
import { IS_BUILT, runBench, SMOKE_MS } from "#bench/run-bench.ts";

test.skipIf(!IS_BUILT)(
  "the smoke run of the drill ends with a pack that has the attacker's refused calls",
  { timeout: SMOKE_MS },
  () => {
    const { status, figures, output } = runBench("drill", "--smoke");
    expect(status, output).toBe(0);
    expect(Number(figures.drill_seconds), output).toBeGreaterThan(0);
    expect(Number(figures.drill_refused_calls_in_pack), output).toBeGreaterThan(0);
  },
);
