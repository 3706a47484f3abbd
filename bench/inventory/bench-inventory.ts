import path from "node:path";
import { type Figure, figureLine } from "#bench/report/figures.ts";
import { type Machine, readMachine } from "#bench/report/machine.ts";
import { percentile } from "#bench/report/percentile.ts";
import { writeResult, writeSection } from "#bench/report/write.ts";
import { askedAt, type CountTiming, type Timing, timeCount, timePage } from "./measure.ts";
import { type Inventory, openInventory } from "./open-inventory.ts";
import { measurePages, type PageReport } from "./page-on-screen.ts";
import { timePaging } from "./paging.ts";
import { filterValues, pairsOf, SORTS } from "./questions.ts";
import { findSamples } from "./samples.ts";
import type { SeedReport } from "./seed/seed-inventory.ts";
import type { Settings } from "./settings.ts";
import { measureSettling, type SettleReport } from "./settle/measure-settling.ts";
import { renderTable } from "./table.ts";

/** What a run found out. */
export type InventoryReport = {
  what: "inventory";
  at: string;
  machine: Machine;
  postgresql: string;
  /** The database's own cache, as it says: `1506MB`. */
  sharedBuffers: string;
  settings: Settings;
  seeded: SeedReport;
  isReused: boolean;
  /** Each filter alone, in each order. */
  alone: Timing[];
  paging: Timing[];
  pairs: Timing[];
  counts: CountTiming[];
  /** Null: not measured. */
  onScreen: PageReport | null;
  /** Null: not measured. */
  settling: SettleReport | null;
  /** Of all questions. */
  worst: Timing;
  figures: Figure[];
};

/** All of the filters; each so many-th of them in a run that only shows that it works. */
const someOf = <T>(values: readonly T[], { everyFilter }: Settings) =>
  values.filter((_, index) => index % everyFilter === 0);

async function measure(
  inventory: Inventory,
  settings: Settings,
  log: (line: string) => void,
): Promise<Pick<InventoryReport, "alone" | "paging" | "pairs" | "counts">> {
  const { db, organisation, seeded } = inventory;
  const ctx = askedAt(db, seeded.until);
  const values = filterValues(organisation, await findSamples(db, seeded.until));
  const { repeats } = settings;
  await timePage(ctx, { name: "warm-up", text: "" }, 3);
  const alone: Timing[] = [];
  for (const { name, text } of someOf(values, settings))
    for (const sort of SORTS)
      alone.push(
        await timePage(ctx, { name: `${name}, sorted by ${sort}`, text: `${text}&sort=${sort}` }, repeats),
      );
  log("each filter alone: done");
  const paging = await timePaging(ctx, settings.rows, repeats);
  log("paging: done");
  const counts: CountTiming[] = [];
  for (const value of [{ name: "everything", text: "" }, ...someOf(values, settings)])
    counts.push(await timeCount(ctx, value, repeats));
  log("totals: done");
  const pairs: Timing[] = [];
  const asked = pairsOf(values).filter((_, index) => index % settings.everyPair === 0);
  for (const pair of asked) pairs.push(await timePage(ctx, pair, Math.min(3, repeats)));
  log(`${pairs.length} pairs of filters: done`);
  return { alone, paging, pairs, counts };
}

const slowest = (timings: readonly Timing[]) =>
  timings.reduce((one, other) => (other.p95Ms > one.p95Ms ? other : one));

type Found = Pick<
  InventoryReport,
  "alone" | "paging" | "pairs" | "counts" | "seeded" | "isReused" | "onScreen" | "settling"
>;

function figuresOf({ alone, paging, pairs, counts, seeded, isReused, onScreen, settling }: Found): Figure[] {
  const p95 = (timings: readonly Timing[]) =>
    percentile(
      timings.map((one) => one.p95Ms),
      0.95,
    );
  const all = [...alone, ...paging, ...pairs];
  const exactAtOnce = counts.filter((one) => one.atOnce.total?.isExact === true).length;
  return [
    { name: "list_p95_ms", value: p95([...alone, ...paging]), unit: "ms" },
    { name: "list_worst_p95_ms", value: slowest(all).p95Ms, unit: "ms" },
    { name: "list_paging_p95_ms", value: p95(paging), unit: "ms" },
    { name: "list_pairs_p95_ms", value: p95(pairs), unit: "ms" },
    { name: "list_given_up", value: all.filter((one) => one.failed).length, unit: "questions" },
    { name: "count_p95_ms", value: p95(counts.map((one) => one.exactly)), unit: "ms" },
    { name: "count_at_once_p95_ms", value: p95(counts.map((one) => one.atOnce)), unit: "ms" },
    { name: "count_exact_at_once", value: (100 * exactAtOnce) / counts.length, unit: "%" },
    {
      name: "count_exact_within_2s",
      value: (100 * counts.filter((one) => one.exactly.total?.isExact).length) / counts.length,
      unit: "%",
    },
    { name: "page_on_screen_median_ms", value: onScreen?.medianMs ?? null, unit: "ms" },
    { name: "page_on_screen_p95_ms", value: onScreen?.p95Ms ?? null, unit: "ms" },
    { name: "cutoff_in_force_ms", value: settling?.inForceMs ?? null, unit: "ms" },
    { name: "settle_rows_per_s", value: settling?.rowsPerSecond ?? null, unit: "rows/s" },
    ...(["list", "issue", "verify"] as const).map((what) => ({
      name: `${what}_p99_during_settle_ratio`,
      value: settling === null ? null : settling.during[what].p99Ms / settling.before[what].p99Ms,
      unit: "x",
    })),
    { name: "seed_minutes", value: isReused ? null : seeded.seconds / 60, unit: "min" },
  ];
}

/**
 * Fills a register with synthetic tokens, and times what the Tokens table asks of it.
 *
 * @returns false where a total is not what it must be.
 */
export async function benchInventory(
  settings: Settings,
  options: { records: boolean; log(line: string): void; stack: AsyncDisposableStack },
): Promise<boolean> {
  const { log } = options;
  const at = new Date();
  const machine = readMachine();
  const inventory = await openInventory(settings, options);
  const found = await measure(inventory, settings, log);
  const values = filterValues(
    inventory.organisation,
    await findSamples(inventory.db, inventory.seeded.until),
  );
  const onScreen = await measurePages(inventory, someOf(values, settings), options);
  const settling = settings.settles ? await measureSettling(inventory, settings, options) : null;
  const { seeded, isReused } = inventory;
  const [version] = await inventory.db.query<{ version: string; buffers: string }>(
    "SELECT current_setting('server_version') AS version, current_setting('shared_buffers') AS buffers",
  );
  const report: InventoryReport = {
    what: "inventory",
    at: at.toISOString(),
    machine,
    postgresql: version?.version ?? "unknown",
    sharedBuffers: version?.buffers ?? "unknown",
    settings,
    seeded,
    isReused,
    ...found,
    onScreen,
    settling,
    worst: slowest([...found.alone, ...found.paging, ...found.pairs]),
    figures: figuresOf({ ...found, seeded, isReused, onScreen, settling }),
  };
  const table = renderTable(report);
  log(`\n${table}\n`);
  log(`written to ${path.relative(process.cwd(), writeResult("inventory", at, report))}`);
  if (options.records) writeSection("inventory", table);
  for (const figure of report.figures) console.log(figureLine(figure));
  const everything = found.counts[0]?.exactly.total;
  return everything?.isExact === true && everything.value === settings.rows;
}
