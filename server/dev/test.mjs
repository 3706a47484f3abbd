// `npm test`: everything, on a fresh clone too. `npm test -- unit database` runs some of the suites.
import { buildConsole } from "../setup/build-console.mjs";
import { SetupError, say } from "../setup/console-lines.mjs";
import { prepare } from "../setup/prepare.mjs";
import { runAudit } from "./audit-suite.mjs";
import { useMemoryFolder } from "./memory-folder.mjs";
import { runPlaywright } from "./playwright-suite.mjs";
import { runCheck } from "./suite.mjs";
import { runVitest } from "./vitest-suite.mjs";

async function runBuild() {
  const startedAt = Date.now();
  const result = { name: "build", passed: 1, failed: 0, skipped: 0, notes: [] };
  try {
    await buildConsole();
    return { ...result, seconds: (Date.now() - startedAt) / 1000 };
  } catch (error) {
    const notes = [error instanceof SetupError ? error.message : error.stack];
    return { ...result, passed: 0, failed: 1, seconds: (Date.now() - startedAt) / 1000, notes };
  }
}

const runLint = () =>
  runCheck("lint", [
    "node_modules/@biomejs/biome/bin/biome",
    "check",
    "--error-on-warnings",
    "--reporter=summary",
  ]);
const runTypes = () => runCheck("types", ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "."]);

/** With fewer workers where others run beside it; one that is asked for by name has all. */
const vitest = (project, workers) => [
  project,
  () => runVitest(project, asked.length > 0 ? [] : [`--maxWorkers=${workers}`]),
];

/**
 * Stages follow each other, and so do the suites of a lane; the lanes of a stage run at the same time. Types come from the build, and a browser needs
 * it. Tests wait for processes, timers and the disk more than they compute: there are more of them at once than cores. Nothing runs beside the browser.
 */
const STAGES = [
  [
    [
      ["build", runBuild],
      ["types", runTypes],
    ],
    [["lint", runLint], ["audit", runAudit], vitest("unit", 3)],
  ],
  [[vitest("database", 2)], [vitest("endpoint", 3)]],
  [[["end-to-end", runPlaywright]]],
  [[vitest("faults", 1)]],
];
const SUITES = STAGES.flat(2).map(([name]) => name);

/** What takes long: run where it is asked for by name, or with `--full`. */
const FULL_ONLY = new Set(["faults"]);

/** @param {import("./suite.mjs").SuiteResult} result */
function show({ name, passed, failed, skipped, seconds, notes }) {
  const isRun = passed + failed > 0;
  const mark = failed > 0 ? "✗" : isRun ? "✓" : "-";
  const counts = isRun
    ? [`${passed} passed`, failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} not run`].filter(
        Boolean,
      )
    : ["not run"];
  process.stdout.write(`${mark} ${name.padEnd(12)} ${counts.join(", ")} (${seconds.toFixed(1)} s)\n`);
  for (const note of notes) process.stdout.write(`    ${note.replaceAll("\n", "\n    ")}\n`);
}

const args = process.argv.slice(2);
const isFull = args.includes("--full");
if (isFull) process.env.TEST_FULL = "1";
const asked = args.filter((arg) => !arg.startsWith("-"));
const unknown = asked.filter((name) => !SUITES.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`there is no suite ${unknown.join(", ")}; they are ${SUITES.join(", ")}\n`);
  process.exit(2);
}
const isWanted = (name) => (asked.length > 0 ? asked.includes(name) : !FULL_ONLY.has(name) || isFull);

try {
  await prepare({ build: false });
} catch (error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
  process.stdout.write("0 passed, 1 failed\n");
  process.exit(1);
}

const total = { passed: 0, failed: 0, skipped: 0 };
// a full disk and a million rows are matters of a disk
const removeMemoryFolder = isWanted("faults") ? () => {} : useMemoryFolder();
process.env.TYPES_CHECKED_APART = isWanted("types") ? "1" : "";

async function runLane(suites) {
  for (const [name, run] of suites.filter(([name]) => isWanted(name))) {
    say(name);
    const result = await run();
    show(result);
    for (const key of Object.keys(total)) total[key] += result[key];
  }
}

try {
  for (const lanes of STAGES) await Promise.all(lanes.map(runLane));
} finally {
  removeMemoryFolder();
}
const notRun = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${notRun}\n`);
process.exit(total.failed > 0 ? 1 : 0);
