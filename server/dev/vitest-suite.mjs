import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { CACHE_DIR, ROOT } from "../setup/paths.mjs";
import { runTool } from "./suite.mjs";

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** What failed, with the first lines of why; a file that could not even be read counts as one. */
function listFailures(report) {
  const failures = [];
  for (const file of report.testResults) {
    const name = path.relative(ROOT, file.name);
    const failed = file.assertionResults.filter((test) => test.status === "failed");
    for (const test of failed) {
      const why = (test.failureMessages[0] ?? "").split("\n").slice(0, 12).join("\n      ");
      failures.push(`✗ ${name} › ${test.fullName}\n      ${why}`);
    }
    if (file.status === "failed" && failed.length === 0) failures.push(`✗ ${name}\n      ${file.message}`);
  }
  return failures;
}

/**
 * Runs one of vitest's projects.
 *
 * @param {string} project
 * @param {string[]} [args]
 * @returns {Promise<import("./suite.mjs").SuiteResult>}
 */
export async function runVitest(project, args = []) {
  const startedAt = Date.now();
  const reportFile = path.join(CACHE_DIR, `test-${project}.json`);
  rmSync(reportFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const command = ["node_modules/vitest/vitest.mjs", "run", "--project", project, "--passWithNoTests"];
  const { ok, tail, logFile } = await runTool(project, [...command, ...reporters, ...args]);
  const report = readReport(reportFile);
  const seconds = (Date.now() - startedAt) / 1000;
  if (report === null) return { name: project, passed: 0, failed: 1, skipped: 0, seconds, notes: tail() };
  const failures = listFailures(report);
  if (!ok && failures.length === 0) failures.push(`✗ vitest ended with an error:`, ...tail());
  if (failures.length > 0) failures.push(`the whole output is in ${logFile}`);
  return {
    name: project,
    passed: report.numPassedTests,
    failed: failures.length === 0 ? 0 : Math.max(report.numFailedTests, listFailures(report).length, 1),
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
    seconds,
    notes: failures,
  };
}
