import { expect, test } from "vitest";
import { type Lighthouse, type LighthouseResult, VERSION } from "./get-lighthouse.ts";
import { measurePage } from "./measure-page.ts";
import { renderTable, type Sample } from "./table.ts";

const machine = {
  cpu: "A CPU",
  cores: 2,
  memoryGb: 8,
  system: "Linux",
  node: "v26",
  loadAverage: 0.5,
  commit: "abc1234",
};
const sample = (performance: number, loadAverage: number): Sample => ({
  way: "at rest",
  page: "/tokens",
  loadAverage,
  scores: { performance, accessibility: 100, "best-practices": 100 },
  lcpMs: performance * 4,
  blockingMs: 0,
  layoutShift: 0.00123,
  version: VERSION,
});

test("the table has the median of each page and way, and of what was not measured nothing", () => {
  const samples = [sample(70, 2.1), sample(98, 0.2), sample(97, 1)];
  const table = renderTable(samples, { at: new Date("2026-11-30T12:00:00Z"), machine, rounds: 3 });
  expect(table).toContain("| `/tokens` | at rest | 97 | 100 | 100 | 388 | 0 | 0.0012 |");
  expect(table.match(/^\| `/gm)).toHaveLength(1);
  expect(table).toContain("load average 0.2 to 2.1");
});

/** What Lighthouse answers for a page. */
const answering = (lhr: Partial<LighthouseResult>): Lighthouse => ({
  default: async () => ({
    lhr: {
      lighthouseVersion: VERSION,
      finalDisplayedUrl: "http://localhost:1/tokens",
      runWarnings: [],
      categories: {
        performance: { score: 0.97 },
        accessibility: { score: 1 },
        "best-practices": { score: 1 },
      },
      audits: {
        "largest-contentful-paint": { numericValue: 300 },
        "total-blocking-time": { numericValue: 4 },
        "cumulative-layout-shift": { numericValue: 0 },
      },
      ...lhr,
    },
  }),
  desktopConfig: {},
});
const page = { url: "http://localhost:1/tokens", cookie: "", port: 1 };

test("a page is measured as it is, and not the sign-in page in its place, nor one that failed or has no score", async () => {
  expect(await measurePage(answering({}), page)).toMatchObject({ scores: { performance: 97 }, lcpMs: 300 });
  const elsewhere = answering({ finalDisplayedUrl: "http://localhost:1/sign-in?next=/tokens" });
  await expect(measurePage(elsewhere, page)).rejects.toThrow("led to http://localhost:1/sign-in");
  const failed = answering({ runtimeError: { code: "NO_FCP", message: "nothing was painted" } });
  await expect(measurePage(failed, page)).rejects.toThrow("nothing was painted");
  const unscored = answering({ categories: { performance: { score: null } } });
  await expect(measurePage(unscored, page)).rejects.toThrow("no score for performance");
});
