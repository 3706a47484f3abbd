import { existsSync } from "node:fs";
import path from "node:path";
import { findBrowser, openBrowser, signIn } from "#bench/browser.ts";
import { type Figure, figureLine } from "#bench/report/figures.ts";
import { type Machine, readMachine } from "#bench/report/machine.ts";
import { spread } from "#bench/report/statistics.ts";
import { writeResult, writeSection } from "#bench/report/write.ts";
import { type Drill, faultsOf, medianOf, runDrill, untilBusy } from "./run-drill.ts";
import { startDemo } from "./start-demo.ts";

const BUILD = path.resolve(import.meta.dirname, "../../.next/BUILD_ID");
const GOAL = { clicksMax: 12, secondsMax: 60 };

export type DrillOptions = {
  rounds: number;
  isSmoke: boolean;
  records: boolean;
  log(line: string): void;
  stack: AsyncDisposableStack;
};

function render(drills: readonly Drill[], at: Date, machine: Machine): string {
  const row = (name: string, of: (drill: Drill) => number, digits: number, goal: string) => {
    const [least, most] = spread(drills.map(of));
    return `| ${name} | ${medianOf(drills, of).toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)}) | ${goal} |`;
  };
  return [
    `${at.toISOString().slice(0, 10)}, commit ${machine.commit ?? "unknown"}, ${drills.length} drills; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB; load average before the run ${machine.loadAverage.toFixed(1)}. Median (least–most).`,
    "",
    "| | | goal |",
    "| --- | --- | --- |",
    row("clicks, the way to the Leak desk among them", (drill) => drill.clicks, 0, `≤ ${GOAL.clicksMax}`),
    row("seconds from the paste to the evidence pack", (drill) => drill.seconds, 1, `< ${GOAL.secondsMax}`),
    row(
      "ms from the confirming click to the attacker's first refusal",
      (drill) => drill.clickToRefusedMs,
      0,
      "",
    ),
    row("the attacker's calls", (drill) => drill.calls, 0, ""),
    row("of those, let through after a refusal", (drill) => drill.acceptedAgain, 0, "0"),
    row("refused calls in the pack", (drill) => drill.refusedInPack, 0, "> 0"),
    row("uses of the sample organisation meanwhile", (drill) => drill.usesMeanwhile, 0, "> 0"),
  ].join("\n");
}

/** The drill: a stolen token of the sample organisation is answered in a browser, several times. False where one did not go as it has to. */
export async function benchDrill({ rounds, isSmoke, records, log, stack }: DrillOptions): Promise<boolean> {
  const at = new Date();
  const machine = readMachine();
  if (!existsSync(BUILD) || findBrowser() === null) {
    log(`not run: ${existsSync(BUILD) ? "there is no Chromium" : "the console is not built"}`);
    for (const { name, unit } of figuresOf([])) log(figureLine({ name, value: null, unit }));
    return true;
  }
  const demo = await startDemo(stack);
  const browser = await openBrowser(stack);
  const page = await browser.newPage({ baseURL: demo.console, viewport: { width: 1440, height: 900 } });
  await signIn(page, demo.owner);
  await untilBusy(page);
  const drills: Drill[] = [];
  const faults: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await page.goto("/", { waitUntil: "networkidle" }).catch(() => page.goto("/"));
    const drill = await runDrill(page, demo);
    drills.push(drill);
    faults.push(...faultsOf(drill, GOAL));
    log(
      `drill ${round + 1}/${rounds}: ${drill.seconds.toFixed(1)} s, ${drill.clicks} clicks, refused ${drill.clickToRefusedMs.toFixed(0)} ms after the click`,
    );
  }
  await browser.close();
  for (const fault of faults) log(`wrong: ${fault}`);
  const figures = figuresOf(drills);
  const kept = drills.map(({ pack: _, leaked: __, ...drill }) => drill);
  writeResult("drill", at, {
    what: "drill",
    at: at.toISOString(),
    machine,
    isSmoke,
    drills: kept,
    faults,
    figures,
  });
  if (records) writeSection("drill", render(drills, at, machine));
  log(render(drills, at, machine));
  for (const figure of figures) log(figureLine(figure));
  return faults.length === 0;
}

function figuresOf(drills: readonly Drill[]): Figure[] {
  const value = (of: (drill: Drill) => number) => (drills.length === 0 ? null : medianOf(drills, of));
  return [
    { name: "drill_seconds", value: value((drill) => drill.seconds), unit: "s" },
    { name: "drill_clicks", value: value((drill) => drill.clicks), unit: "clicks" },
    { name: "click_to_refused_ms", value: value((drill) => drill.clickToRefusedMs), unit: "ms" },
    { name: "drill_refused_calls_in_pack", value: value((drill) => drill.refusedInPack), unit: "calls" },
  ];
}
