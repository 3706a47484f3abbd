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
function listFailures(files) {
  const failures = [];
  for (const file of files) {
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

/** Which project a test file is of, as `vitest.config.ts` has it. */
const KINDS = { ".db.test.": "database", ".endpoint.test.": "endpoint", ".faults.test.": "faults" };

/** @param {{ name: string }} file */
const projectOf = (file) => Object.entries(KINDS).find(([kind]) => file.name.includes(kind))?.[1] ?? "unit";

/** What a project's files came to, and how long its tests took one after the other. */
function resultOf(name, files) {
  const tests = files.flatMap((file) => file.assertionResults);
  const count = (...among) => tests.filter((test) => among.includes(test.status)).length;
  const failures = listFailures(files);
  return {
    name,
    passed: count("passed"),
    failed: failures.length,
    skipped: tests.length - count("passed", "failed"),
    seconds: 0,
    notes: failures,
  };
}

/**
 * Runs some of vitest's projects, at the same time: while tests of one wait, those of another go on.
 *
 * @param {string[]} projects
 * @returns {Promise<import("./suite.mjs").SuiteResult[]>} of each project
 */
export async function runVitest(projects) {
  const startedAt = Date.now();
  const run = projects.join("-and-");
  const reportFile = path.join(CACHE_DIR, `test-${run}.json`);
  rmSync(reportFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const command = ["node_modules/vitest/vitest.mjs", "run", "--passWithNoTests", ...reporters];
  const { ok, tail, logFile } = await runTool(run, [
    ...command,
    ...projects.flatMap((project) => ["--project", project]),
  ]);
  const report = readReport(reportFile);
  const seconds = (Date.now() - startedAt) / 1000;
  const failed = { passed: 0, failed: 1, skipped: 0, seconds };
  if (report === null) return [{ ...failed, name: run, notes: tail() }];
  const results = projects.map((project) => ({
    ...resultOf(
      project,
      report.testResults.filter((file) => projectOf(file) === project),
    ),
    seconds,
  }));
  const isBroken = results.some((result) => result.failed > 0);
  if (!ok && !isBroken)
    results.push({ ...failed, name: run, notes: ["✗ vitest ended with an error:", ...tail()] });
  if (!ok) results.at(-1)?.notes.push(`the whole output is in ${logFile}`);
  return results;
}
