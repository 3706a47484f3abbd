import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { CACHE_DIR, NODE, ROOT } from "../setup/paths.mjs";

const SUITE_MS = 25 * 60_000;
const TAIL_LINES = 60;

/**
 * What a suite came to. `notes` are lines for a person: what failed, or why it was not run.
 * @typedef {{ name: string, passed: number, failed: number, skipped: number, seconds: number, notes: string[] }} SuiteResult
 */

/**
 * Runs a program of the repository with its output in `.cache/test-<name>.log`.
 *
 * @param {string} name
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<{ ok: boolean, logFile: string, tail: () => string[] }>}
 */
export async function runTool(name, args, env = {}) {
  mkdirSync(CACHE_DIR, { recursive: true });
  const logFile = path.join(CACHE_DIR, `test-${name}.log`);
  const descriptor = openSync(logFile, "w");
  const child = spawn(NODE, args, {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...env },
    stdio: ["ignore", descriptor, descriptor],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), SUITE_MS);
  const ok = await new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => resolve(code === 0));
  });
  clearTimeout(timer);
  closeSync(descriptor);
  const tail = () => readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-TAIL_LINES);
  return { ok, logFile, tail };
}

/**
 * A check that passes or fails as one.
 *
 * @param {string} name
 * @param {string[]} args
 * @returns {Promise<SuiteResult>}
 */
export async function runCheck(name, args) {
  const startedAt = Date.now();
  const { ok, tail } = await runTool(name, args);
  const seconds = (Date.now() - startedAt) / 1000;
  return { name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0, seconds, notes: ok ? [] : tail() };
}
