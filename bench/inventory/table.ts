import { median } from "#bench/report/statistics.ts";
import type { InventoryReport } from "./bench-inventory.ts";
import type { Timing } from "./measure.ts";

const MODES: Record<InventoryReport["settings"]["mode"], string> = {
  full: "Full run",
  short: "Short run: an indication, not the result",
  smoke: "Smoke run: shows that it works, says nothing about speed",
};

const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));

const worstOf = (timings: readonly Timing[], count: number) =>
  timings.toSorted((one, other) => other.p95Ms - one.p95Ms).slice(0, count);

function group(name: string, timings: readonly Timing[], goal: string): string {
  const [worst] = worstOf(timings, 1);
  const p95s = timings.map((one) => one.p95Ms).toSorted((one, other) => one - other);
  const p95 = p95s[Math.ceil(p95s.length * 0.95) - 1] as number;
  return `| ${name} | ${timings.length} | ${ms(median(timings.map((one) => one.medianMs)))} | ${ms(p95)} | ${ms(worst?.p95Ms ?? 0)} (${worst?.name}) | ${goal} |`;
}

function onScreen(report: InventoryReport["onScreen"]): string[] {
  if (report === null) return [];
  const { pages, medianMs, p95Ms, worst } = report;
  return [
    `From the key that sets a filter to its rows on screen, in Chromium on the same machine, ${pages} filters: median ${ms(medianMs)} ms, p95 ${ms(p95Ms)} ms (goal ≤ 300), worst ${ms(worst.ms)} ms (${worst.name}).`,
    "",
  ];
}

function settled(settling: InventoryReport["settling"]): string[] {
  if (settling === null) return [];
  const { tokens, inForceMs, settleSeconds, rowsPerSecond, before, during } = settling;
  const felt = (["list", "issue", "verify"] as const).map(
    (what) =>
      `| ${what} | ${before[what].asked} | ${ms(before[what].medianMs)} / ${ms(before[what].p99Ms)} | ${during[what].asked} | ${ms(during[what].medianMs)} / ${ms(during[what].p99Ms)} | ${during[what].failed} |`,
  );
  return [
    `An order upon one client, ${tokens} tokens, two authorities and a worker: in force on both after ${ms(inForceMs)} ms, settled after ${settleSeconds.toFixed(1)} s (${Math.round(rowsPerSecond)} tokens/s). What others felt, one request at a time:`,
    "",
    "| | before | p50 / p99 ms | during | p50 / p99 ms | failed |",
    "| --- | --- | --- | --- | --- | --- |",
    ...felt,
    "",
  ];
}

/** The dated tables of `bench/README.md`. */
export function renderTable(report: InventoryReport): string {
  const { machine, settings, seeded, alone, paging, pairs, counts } = report;
  const figure = (name: string) => report.figures.find((one) => one.name === name)?.value ?? Number.NaN;
  const phases = Object.entries(seeded.phases).map(([phase, seconds]) => `${phase} ${seconds.toFixed(0)} s`);
  return [
    `${MODES[settings.mode]}, ${report.at.slice(0, 10)}, commit ${machine.commit ?? "unknown"}: ${settings.rows} tokens, each question ${settings.repeats} times (pairs at most 3), the first time among them.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; load average before the run ${machine.loadAverage.toFixed(1)}. Node ${machine.node}, PostgreSQL ${report.postgresql} with ${report.sharedBuffers} of shared buffers.`,
    "",
    "| a page with its total | questions | median ms | p95 ms | worst p95 ms | goal |",
    "| --- | --- | --- | --- | --- | --- |",
    group("each filter alone, in each order", alone, "p95 ≤ 20"),
    group("first, second, deep and last pages, both ways", paging, "p95 ≤ 20"),
    group("two filters, all pairs", pairs, "worst ≤ 100"),
    "",
    "| a total of one filter | questions | median ms | p95 ms | worst p95 ms | goal |",
    "| --- | --- | --- | --- | --- | --- |",
    group(
      "known at once",
      counts.map((one) => one.atOnce),
      "",
    ),
    group(
      "to the last one",
      counts.map((one) => one.exactly),
      "p95 ≤ 100",
    ),
    "",
    `Of the totals ${figure("count_exact_at_once").toFixed(0)} % are exact with the page, ${figure("count_exact_within_2s").toFixed(0)} % within two seconds. Given up after two seconds: ${figure("list_given_up")} questions.`,
    "",
    `The slowest: ${worstOf([...alone, ...paging, ...pairs], 12)
      .map((one) => `${one.name} ${ms(one.p95Ms)} ms`)
      .join("; ")}.`,
    "",
    ...onScreen(report.onScreen),
    ...settled(report.settling),
    `Made in ${(seeded.seconds / 60).toFixed(1)} minutes (${phases.join(", ")}); ${(seeded.bytes / 1e9).toFixed(1)} GB.`,
  ].join("\n");
}
