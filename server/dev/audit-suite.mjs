import { spawn } from "node:child_process";
import path from "node:path";
import { ROOT } from "../setup/paths.mjs";
import { ACCEPTED_ADVISORIES } from "./accepted-advisories.mjs";
import { judgeAdvisories, readAdvisories } from "./audit-report.mjs";

const AUDIT_MS = 60_000;
const ARGS = ["audit", "--json", "--package-lock-only", "--fetch-retries=1", "--fetch-timeout=20000"];

/** The npm that runs us, else the one in the path. */
function npmCommand() {
  const npm = process.env.npm_execpath;
  const viaNode = npm !== undefined && /\.c?js$/.test(npm) && path.basename(npm).startsWith("npm");
  return viaNode ? [process.execPath, npm] : ["npm"];
}

/**
 * What `npm audit` writes for a lockfile.
 *
 * @param {string} folder
 * @param {Record<string, string>} [env]
 * @returns {Promise<string>}
 */
export function runNpmAudit(folder, env = {}) {
  const [command = "npm", ...before] = npmCommand();
  const child = spawn(command, [...before, ...ARGS], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
    timeout: AUDIT_MS,
    killSignal: "SIGKILL",
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    output += chunk;
  });
  return new Promise((resolve) => {
    child.once("error", () => resolve(""));
    child.once("close", () => resolve(output));
  });
}

/** @param {string} output */
function whyNot(output) {
  try {
    const { message } = JSON.parse(output);
    return typeof message === "string" ? (message.split("\n")[0] ?? "") : "npm gave no report";
  } catch {
    return "npm gave no report";
  }
}

/**
 * The gate over the lockfile's known vulnerabilities. Not run where the registry answers no audits: nothing is known then, which is no pass.
 *
 * @returns {Promise<import("./suite.mjs").SuiteResult>}
 */
export async function runAudit() {
  const startedAt = Date.now();
  const output = await runNpmAudit(ROOT);
  const result = {
    name: "audit",
    passed: 0,
    failed: 0,
    skipped: 0,
    seconds: (Date.now() - startedAt) / 1000,
  };
  const advisories = readAdvisories(output);
  if (advisories === null)
    return { ...result, skipped: 1, notes: [`not run: the registry answers no audit (${whyNot(output)})`] };
  const { failures, notes } = judgeAdvisories(advisories, ACCEPTED_ADVISORIES, new Date());
  const isClean = failures.length === 0;
  return { ...result, passed: isClean ? 1 : 0, failed: isClean ? 0 : 1, notes: [...failures, ...notes] };
}
