import path from "node:path";
import type { Machine } from "#bench/report/machine.ts";
import { median, spread } from "#bench/report/statistics.ts";
import { writeSection } from "#bench/report/write.ts";
import type { Measured } from "./measure-page.ts";
import { type MeasuredPage, PAGE_WAIT_MS, PAGES, WAYS, type Way } from "./settings.ts";

const FILE = path.resolve(import.meta.dirname, "../../docs/lighthouse.md");

export type Sample = Measured & { way: Way; page: MeasuredPage; loadAverage: number };

export function medianOf(samples: readonly Sample[], of: (sample: Sample) => number): number {
  return median(samples.map(of));
}

function rowOf(samples: readonly Sample[], page: MeasuredPage, way: Way): string[] {
  const own = samples.filter((sample) => sample.page === page && sample.way === way);
  if (own.length === 0) return [];
  const value = (of: (sample: Sample) => number, digits = 0) => medianOf(own, of).toFixed(digits);
  const cells = [
    `\`${page}\``,
    way,
    value(({ scores }) => scores.performance),
    value(({ scores }) => scores.accessibility),
    value(({ scores }) => scores["best-practices"]),
    value(({ lcpMs }) => lcpMs),
    value(({ blockingMs }) => blockingMs),
    value(({ layoutShift }) => layoutShift, 4),
  ];
  return [`| ${cells.join(" | ")} |`];
}

/** What was measured, as `docs/lighthouse.md` has it. */
export function renderTable(
  samples: readonly Sample[],
  { at, machine, rounds }: { at: Date; machine: Machine; rounds: number },
): string {
  const [least, most] = spread(samples.map(({ loadAverage }) => loadAverage));
  const version = samples[0]?.version ?? "unknown";
  return [
    `Lighthouse ${version}, desktop preset, ${at.toISOString().slice(0, 10)}, commit \`${machine.commit ?? "unknown"}\`; the sample organisation, signed in as its owner. ${machine.cpu}, ${machine.cores} cores; load average ${least.toFixed(1)} to ${most.toFixed(1)}, of which the browser and the product are a part. Median of ${rounds}.`,
    "*With traffic* is `npm run demo` as it is, each page drawn again as uses come; *at rest* is the same data with nobody at work.",
    "",
    "| page | | performance | accessibility | best practices | LCP, ms | blocking, ms | layout shift |",
    "| --- | --- | --: | --: | --: | --: | --: | --: |",
    ...PAGES.flatMap((page) => WAYS.flatMap((way) => rowOf(samples, page, way))),
    "",
    `The pages never come to rest for Lighthouse while a live connection stays open: it stops waiting after ${PAGE_WAIT_MS / 1_000} seconds.`,
  ].join("\n");
}

export function writeTable(table: string): void {
  writeSection("lighthouse", table, FILE);
}
