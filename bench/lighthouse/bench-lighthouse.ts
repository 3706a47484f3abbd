import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findBrowser, openBrowser, signIn } from "#bench/browser.ts";
import { answers, baseEnv, startChild } from "#bench/child.ts";
import { untilBusy } from "#bench/drill/run-drill.ts";
import { type Demo, startDemo } from "#bench/drill/start-demo.ts";
import { findPorts } from "#bench/ports.ts";
import { type Figure, figureLine } from "#bench/report/figures.ts";
import { readMachine } from "#bench/report/machine.ts";
import { writeResult } from "#bench/report/write.ts";
import { getLighthouse, type Lighthouse } from "./get-lighthouse.ts";
import { measurePage } from "./measure-page.ts";
import { CATEGORIES, GOAL, type MeasuredPage, PAGES, WAYS, type Way } from "./settings.ts";
import { medianOf, renderTable, type Sample, writeTable } from "./table.ts";

const BUILD = path.resolve(import.meta.dirname, "../../.next/BUILD_ID");
const BROWSER_READY_MS = 30_000;

export type LighthouseOptions = {
  rounds: number;
  isSmoke: boolean;
  records: boolean;
  log(line: string): void;
  stack: AsyncDisposableStack;
};

/** A browser that Lighthouse speaks to itself: Playwright's would be watched, and slower for it. */
async function startBrowser(stack: AsyncDisposableStack): Promise<number> {
  const [port = 0] = await findPorts(1);
  const profile = mkdtempSync(path.join(tmpdir(), "tokenwarden-lighthouse-"));
  stack.defer(() => rmSync(profile, { recursive: true, force: true, maxRetries: 3 }));
  await startChild({
    name: "the browser",
    command: findBrowser() as string,
    args: [
      "--headless=new",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      `--remote-debugging-port=${port}`,
      `--user-data-dir=${profile}`,
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "about:blank",
    ],
    cwd: profile,
    kind: "group",
    env: baseEnv(),
    isReady: () => answers(`http://127.0.0.1:${port}/json/version`),
    readyWithinMs: BROWSER_READY_MS,
    stack,
  });
  return port;
}

/** The cookies of the sample organisation's owner, once there is something to be seen. */
async function signedIn(demo: Demo): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const browser = await openBrowser(stack);
  const page = await browser.newPage({ baseURL: demo.console, viewport: { width: 1440, height: 900 } });
  await signIn(page, demo.owner);
  await untilBusy(page);
  const cookies = await page.context().cookies();
  return cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
}

/** Every page in turn, so that what changes on the machine meanwhile is spread over all of them. */
async function measureAll(
  lighthouse: Lighthouse,
  {
    way,
    pages,
    rounds,
    console,
    cookie,
    port,
  }: {
    way: Way;
    pages: readonly MeasuredPage[];
    rounds: number;
    console: string;
    cookie: string;
    port: number;
  },
  log: (line: string) => void,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds; round += 1)
    for (const page of pages) {
      const { loadAverage } = readMachine();
      const measured = await measurePage(lighthouse, { url: `${console}${page}`, cookie, port });
      samples.push({ way, page, loadAverage, ...measured });
      const { performance } = measured.scores;
      log(
        `${way}, ${page}, ${round}/${rounds}: performance ${performance}, LCP ${measured.lcpMs.toFixed(0)} ms`,
      );
    }
  return samples;
}

/** Lighthouse over the five main pages, signed in as the sample organisation's owner: with its traffic, and at rest. False where a score is under the goal. */
export async function benchLighthouse(options: LighthouseOptions): Promise<boolean> {
  const { rounds, isSmoke, records, log, stack } = options;
  const at = new Date();
  const machine = readMachine();
  if (!existsSync(BUILD) || findBrowser() === null) {
    log(`not run: ${existsSync(BUILD) ? "there is no Chromium" : "the console is not built"}`);
    log(figureLine({ name: "lighthouse_performance", value: null, unit: "points" }));
    return true;
  }
  const lighthouse = await getLighthouse(log);
  const port = await startBrowser(stack);
  const pages = isSmoke ? PAGES.slice(0, 1) : PAGES;
  const how = { pages, rounds, port };
  const demo = await startDemo(stack);
  const cookie = await signedIn(demo);
  const busy = { ...how, way: WAYS[1], console: demo.console, cookie };
  const samples = await measureAll(lighthouse, busy, log);
  if (!isSmoke) {
    // the same data and the same session, and nobody at work
    await demo.rest();
    samples.push(...(await measureAll(lighthouse, { ...busy, way: WAYS[0] }, log)));
  }
  const figures = figuresOf(samples);
  writeResult("lighthouse", at, {
    what: "lighthouse",
    at: at.toISOString(),
    machine,
    isSmoke,
    samples,
    figures,
  });
  const table = renderTable(samples, { at, machine, rounds });
  if (records) writeTable(table);
  log(table);
  for (const figure of figures) log(figureLine(figure));
  return isSmoke || figures.every(({ value }) => value !== null && value >= GOAL);
}

/** The least median of all pages and ways, by category. */
function figuresOf(samples: readonly Sample[]): Figure[] {
  const groups = Object.values(Object.groupBy(samples, ({ way, page }) => `${way} ${page}`));
  return CATEGORIES.map((category) => ({
    name: `lighthouse_${category.replaceAll("-", "_")}`,
    value: Math.min(...groups.map((group = []) => medianOf(group, ({ scores }) => scores[category]))),
    unit: "points",
  }));
}
