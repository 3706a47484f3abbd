import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { NOT_BUILT, testNeeds } from "#lib/test-needs.ts";

const MAIN = path.join(import.meta.dirname, "main.ts");
export const IS_BUILT = testNeeds(existsSync(path.join(import.meta.dirname, "../.next/BUILD_ID")), NOT_BUILT);
export const SMOKE_MS = 180_000;

/** Runs a benchmark as a person would, for tests: how it ended, what it printed, and its figures by name. */
export function runBench(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
    timeout: SMOKE_MS - 10_000,
  });
  const figures = Object.fromEntries(
    [...stdout.matchAll(/^figure (\w+) (\S+) \S+$/gm)].map(([, name, value]) => [name, value]),
  );
  return { status, figures, output: stdout + stderr };
}
