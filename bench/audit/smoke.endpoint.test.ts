import { expect, test } from "vitest";
import { runBench, SMOKE_MS } from "#bench/run-bench.ts";

test("the smoke run of audit explores, exports and fills a small log, with every use on record", {
  timeout: SMOKE_MS,
}, () => {
  const { status, figures, output } = runBench("audit", "--smoke");
  expect(status, output).toBe(0);
  expect(figures.unrecorded_uses, output).toBe("0");
  for (const name of ["ingest_ratio", "explorer_day_p95_ms", "explorer_90d_p95_ms", "export_rows_per_s"])
    expect(Number(figures[name]), `${name}\n${output}`).toBeGreaterThan(0);
});
