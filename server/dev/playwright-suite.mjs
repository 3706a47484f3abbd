import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { CACHE_DIR, ROOT } from "../setup/paths.mjs";
import { CHROMIUM, CHROMIUM_SHELL, ensureTool } from "./ensure-tool.mjs";
import { runTool } from "./suite.mjs";

const CONFIG = "e2e/playwright.config.ts";

/**
 * The browser for end-to-end tests: Playwright's own, then the system's or the distribution's package, without windows where that is to be had.
 *
 * @returns {Promise<{ executable: string | null, isOwn: boolean }>}
 */
async function findChromium() {
  const { chromium } = await import("@playwright/test");
  const own = chromium.executablePath();
  if (existsSync(own)) return { executable: own, isOwn: true };
  return { executable: ensureTool(CHROMIUM_SHELL) ?? ensureTool(CHROMIUM), isOwn: false };
}

function listFailures(suite, trail = []) {
  const titles = suite.title ? [...trail, suite.title] : trail;
  const own = (suite.specs ?? [])
    .filter((spec) => !spec.ok)
    .map((spec) => {
      const error =
        spec.tests.flatMap((test) => test.results).find((result) => result.error)?.error?.message ?? "";
      return `✗ ${[...titles, spec.title].join(" › ")}\n      ${error.split("\n").slice(0, 14).join("\n      ")}`;
    });
  return [...own, ...(suite.suites ?? []).flatMap((inner) => listFailures(inner, titles))];
}

/**
 * Runs the end-to-end tests in a real Chromium.
 *
 * @returns {Promise<import("./suite.mjs").SuiteResult>}
 */
export async function runPlaywright() {
  const result = { name: "end-to-end", passed: 0, failed: 0, skipped: 0, seconds: 0, notes: [] };
  const startedAt = Date.now();
  if (!existsSync(path.join(ROOT, CONFIG)))
    return { ...result, skipped: 1, notes: ["not run: there are no tests yet"] };
  const { executable, isOwn } = await findChromium();
  if (executable === null) {
    return { ...result, skipped: 1, notes: ["not run: no Chromium is here, and none could be installed"] };
  }
  const reportFile = path.join(CACHE_DIR, "test-end-to-end.json");
  rmSync(reportFile, { force: true });
  const env = { PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile, ...(isOwn ? {} : { CHROMIUM_PATH: executable }) };
  const args = [
    "node_modules/@playwright/test/cli.js",
    "test",
    "-c",
    CONFIG,
    "--reporter=list,json",
    "--pass-with-no-tests",
  ];
  const { ok, tail, logFile } = await runTool("end-to-end", args, env);
  const seconds = (Date.now() - startedAt) / 1000;
  if (!existsSync(reportFile)) return { ...result, seconds, failed: 1, notes: tail() };
  const report = JSON.parse(readFileSync(reportFile, "utf8"));
  const { expected, unexpected, flaky, skipped } = report.stats;
  if (ok && expected + flaky + skipped === 0) {
    return { ...result, seconds, skipped: 1, notes: ["not run: there are no tests yet"] };
  }
  const notes = report.suites.flatMap((suite) => listFailures(suite));
  if (!ok && unexpected === 0) notes.push("✗ Playwright ended with an error:", ...tail());
  if (notes.length > 0) notes.push(`the whole output is in ${logFile}`);
  const failed = ok ? 0 : Math.max(unexpected, 1);
  return { ...result, seconds, passed: expected + flaky, failed, skipped, notes };
}
