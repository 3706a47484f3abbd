import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { SetupError, say } from "./console-lines.mjs";
import { CACHE_DIR, ROOT } from "./paths.mjs";

const STILL_MS = 30_000;
const TAIL_LINES = 25;

/**
 * Runs a program to its end with its output in `.cache/<name>.log`; a failure shows the end of that.
 *
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<void>}
 */
export async function runStep(name, command, args, options = {}) {
  mkdirSync(CACHE_DIR, { recursive: true });
  const logFile = path.join(CACHE_DIR, `${name}.log`);
  const output = createWriteStream(logFile);
  const startedAt = Date.now();
  const still = setInterval(
    () => say(`still at it: ${name} (${Math.round((Date.now() - startedAt) / 1000)} s)`),
    STILL_MS,
  );
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: options.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stoppedBy = null;
  const stop = (signal) => {
    stoppedBy = signal;
    child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stop);
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const ended = await new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code === 0 ? null : (signal ?? `exit code ${code}`)));
  });
  clearInterval(still);
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeListener(signal, stop);
  await new Promise((resolve) => output.end(resolve));
  if (stoppedBy !== null) process.exit(stoppedBy === "SIGINT" ? 130 : 143);
  if (ended === null) return;
  const tail = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
  throw new SetupError(`${name} failed (${ended}); the whole output is in ${logFile}\n${tail}`);
}
