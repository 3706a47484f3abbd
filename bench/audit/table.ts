import type { AuditReport } from "./bench-audit.ts";
import type { ExplorerReport } from "./measure-explorer.ts";

const MODES: Record<AuditReport["settings"]["mode"], string> = {
  full: "Full run",
  short: "Short run: an indication, not the result",
  smoke: "Smoke run: shows that it works, says nothing about speed",
};

const grouped = (value: number) => Math.round(value).toLocaleString("en-US");
const ms = (value: number) => (value < 10 ? value.toFixed(1) : value.toFixed(0));

const us = (value: number | null) => (value === null ? "unknown" : value.toFixed(1));

function explored(
  name: string,
  { medianMs, p95Ms, worst, parts, answers, uncounted, inPart, unsummed }: ExplorerReport,
  goal: string,
): string {
  const givenUp = [
    ...inPart.map((question) => `histogram of ${question} (its newest part is there)`),
    ...uncounted.map((question) => `facets of ${question}`),
    ...unsummed.map((question) => `summary of ${question}`),
  ];
  return `| ${name} | ${answers.length} | ${ms(medianMs)} | ${ms(p95Ms)} | ${ms(worst.medianMs)} (${worst.name}) | ${ms(parts.histogram)} / ${ms(parts.facets)} / ${ms(parts.page)} / ${ms(parts.summary)} | ${givenUp.join(", ") || "none"} | ${goal} |`;
}

function followed({ medianMs, p95Ms, answers, inPart }: AuditReport["lifelines"]): string {
  const each = answers.map(({ name, medianMs: one }) => `${name} ${ms(one)}`).join(", ");
  return `Lifelines over 90 days, ${answers.length} of them: median ${ms(medianMs)} ms, p95 ${ms(p95Ms)} ms; by their medians: ${each}. Counted in part: ${inPart.join(", ") || "none"}.`;
}

/** The dated tables of `bench/README.md`. */
export function renderTable(report: AuditReport): string {
  const {
    machine,
    settings,
    seed,
    rollup,
    indexes,
    busy,
    calls,
    explorer,
    ingest,
    verification,
    detection,
    authority,
  } = report;
  return [
    `${MODES[settings.mode]}, ${report.at.slice(0, 10)}, commit ${machine.commit ?? "unknown"}: ${grouped(seed.rows)} uses over ${settings.days} days.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; load average before the run ${machine.loadAverage.toFixed(1)}. Everything on the same machine.`,
    "",
    `The log takes ${(seed.bytes / seed.rows).toFixed(0)} bytes a use with its indexes, the rollups ${(rollup.bytes / seed.rows).toFixed(1)} (${grouped(rollup.mixes)} mixes). COPY filled it at ${grouped(seed.rows / seed.seconds)} uses/s; the worker rolls up ${grouped(rollup.rowsPerSecond)} a second. Closed days are indexed by address, user and client in ${indexes.seconds.toFixed(0)} s, ${(indexes.bytes / seed.rows).toFixed(1)} bytes a use; who is busy in one is counted in ${busy.seconds.toFixed(0)} s, ${(busy.bytes / seed.rows).toFixed(1)} bytes a use; its paths and user agents in ${calls.seconds.toFixed(0)} s, ${(calls.bytes / seed.rows).toFixed(1)} bytes a use. Counting seven days from the log alone took ${ms(rollup.weekByLogMs)} ms.`,
    "",
    "| histogram, facets, first page, and the summary of whom one follows, at once | questions | median ms | p95 ms | worst median (question) | p95 of each: histogram / facets / page / summary | given up after 2 s | goal |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    explored("a day (and today)", explorer.day, "p95 ≤ 500"),
    explored("90 days", explorer.quarter, "p95 ≤ 1,500"),
    "",
    followed(report.lifelines),
    "",
    "| | | limit in the same run | ratio | goal |",
    "| --- | --- | --- | --- | --- |",
    `| ingest through \`/events\`, uses/s, durable and chained | ${grouped(ingest.reportsPerSecond)} | ${grouped(ingest.bareRowsPerSecond)} rows/s, multi-row INSERT into a table with the same columns and indexes | ${ingest.ratio.toFixed(2)} | ≥ 0.6 |`,
    `| processor time of a use, µs: authority + database + who sends it | ${us(ingest.cpu.ours.authority)} + ${us(ingest.cpu.ours.database)} + ${us(ingest.cpu.ours.generator)} | ${us(ingest.cpu.bare.database)} (database) + ${us(ingest.cpu.bare.generator)} | | |`,
    `| by verification (\`/verify\`), uses/s, each on record before its answer | ${grouped(verification.usesPerSecond)} | the same | ${(verification.usesPerSecond / ingest.bareRowsPerSecond).toFixed(2)} | |`,
    ...report.exports.map(
      ({ format, rowsPerSecond, mbPerSecond, rows }) =>
        `| export as ${format}, rows/s (${grouped(rows)} rows) | ${grouped(rowsPerSecond)} | ${mbPerSecond.toFixed(1)} MB/s | | |`,
    ),
    `| detections, µs a use (${grouped(detection.uses)} uses) | ${detection.microsecondsEach.toFixed(0)} | | | |`,
    `| uses that are not on record, of all that were answered | ${ingest.unrecorded + verification.unrecorded} | | | 0 |`,
    `| memory: authority after the flood (most), asker | ${grouped(authority.rssMb)} MB (${authority.peakMb === null ? "unknown" : grouped(authority.peakMb)}), ${grouped(report.askerMb)} MB | | | at the end ≤ 250 MB${authority.rssMb > 250 ? ", **missed**" : ""}${authority.peakMb !== null && authority.peakMb > 250 ? "; at most, under the flood, above it" : ""} |`,
  ].join("\n");
}
