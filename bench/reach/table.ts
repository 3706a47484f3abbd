import type { ReachReport } from "./bench-reach.ts";

const MODES: Record<ReachReport["settings"]["mode"], string> = {
  full: "Full run",
  short: "Short run: an indication, not the result",
  smoke: "Smoke run: shows that it works, says nothing about speed",
};

const ms = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;

/** The dated table of `bench/README.md`. */
export function renderTable(report: ReachReport): string {
  const { machine, settings, propagation, newcomer, statusList, ingest } = report;
  const reach =
    propagation === null
      ? ["| click on Revoke → refused | not measured: the console is not built | |"]
      : [
          `| click on Revoke → refused at ${settings.verifiers} verifiers, ${propagation.refusals} refusals: median | ${ms(propagation.medianMs)} | ≤ 50 ms |`,
          `| the same: p99 | ${ms(propagation.p99Ms)} | ≤ 50 ms |`,
          `| the same: worst | ${ms(propagation.worstMs)} | |`,
          `| click on Revoke → the console's answer, median | ${ms(propagation.answeredMedianMs)} | |`,
          `| refusals for another reason | ${
            Object.entries(propagation.others)
              .map(([code, count]) => `${count} × ${code}`)
              .join(", ") || "none"
          } | none |`,
        ];
  return [
    `${MODES[settings.mode]}, ${report.at.slice(0, 10)}, commit ${machine.commit ?? "unknown"}: ${settings.verifiers} verifiers in ${settings.processes} processes, ${settings.rounds} revocations.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; load average before the run ${machine.loadAverage.toFixed(1)}. Everything on the same machine, the verifiers too.`,
    "",
    "| | | goal |",
    "| --- | --- | --- |",
    ...reach,
    `| a newcomer learns ${newcomer.facts} facts | ${newcomer.seconds.toFixed(1)} s | |`,
    `| its process grows by | ${(newcomer.rssAfterMb - newcomer.rssBeforeMb).toFixed(0)} MB | |`,
    `| status list of ${settings.listed} tokens, ${statusList.revoked} of them revoked | ${(statusList.bytes / 1_024).toFixed(0)} KB | |`,
    `| the list: made / answered from memory | ${statusList.firstSeconds.toFixed(2)} s / ${ms(statusList.nextMs)} | |`,
    `| reports of uses, durable, beside bare inserts of as many rows | ${Math.round(ingest.reportsPerSecond)}/s ÷ ${Math.round(ingest.bareRowsPerSecond)}/s = **${ingest.ratio.toFixed(2)}** | ≥ 0.6 |`,
    `| the authority's process at the end | ${report.authorityRssMb.toFixed(0)} MB | |`,
  ].join("\n");
}
