import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Child, startChild } from "#bench/child.ts";
import type { WantedPeers } from "#bench/peers/available.ts";
import { findPorts } from "#bench/ports.ts";
import { type Figure, figureLine } from "#bench/report/figures.ts";
import { readMachine } from "#bench/report/machine.ts";
import { median, spread } from "#bench/report/statistics.ts";
import { writeResult, writeSection } from "#bench/report/write.ts";
import { type KeycloakStarts, timeKeycloak } from "./time-keycloak.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const READY = "tokenwarden ready";
const COLD_MS = 900_000;
const WARM_MS = 120_000;

export type StartOptions = {
  rounds: number;
  isSmoke: boolean;
  /** Keycloak is timed too where it is among them. */
  peers: WantedPeers;
  records: boolean;
  log(line: string): void;
  stack: AsyncDisposableStack;
};

/** Starts the product as a person would, and waits for its line. */
async function start(
  folder: string,
  dataDir: string,
  readyWithinMs: number,
  stack: AsyncDisposableStack,
): Promise<Child> {
  const [consolePort, authorityPort, metricsPort] = await findPorts(3);
  const { PATH, HOME, TMPDIR, npm_config_cache } = process.env;
  // the repository's own binaries come first in a script's PATH: a person's shell has them not
  const ownPath = (PATH ?? "").split(path.delimiter).filter((entry) => !entry.includes("node_modules"));
  return startChild({
    name: "npm start",
    command: "npm",
    args: ["start"],
    cwd: folder,
    kind: "group",
    env: {
      PATH: ownPath.join(path.delimiter),
      HOME,
      TMPDIR,
      npm_config_cache,
      CONSOLE_PORT: String(consolePort),
      AUTHORITY_PORT: String(authorityPort),
      METRICS_PORT: String(metricsPort),
      DATA_DIR: dataDir,
    },
    isReady: (output) => output.includes(READY),
    readyWithinMs,
    stack,
  });
}

/** Seconds from the command to its line; the product is stopped again. */
async function timeStart(
  folder: string,
  dataDir: string,
  readyWithinMs: number,
  stack: AsyncDisposableStack,
): Promise<number> {
  const child = await start(folder, dataDir, readyWithinMs, stack);
  await child.stop();
  return child.readyAfterMs / 1_000;
}

function clone(into: string): void {
  execFileSync("git", ["clone", "--quiet", "--no-hardlinks", ROOT, into], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Rows of a table whose cells are ours. */
function keycloakRows({ first, next, version }: KeycloakStarts): string {
  if (first === null || next.length === 0) return "";
  const [least, most] = spread(next);
  return `
| Keycloak ${version}, built, database up: first start, on an empty database | ${first.toFixed(1)} | |
| Keycloak ${version}, the same: median of ${next.length} after that | ${median(next).toFixed(1)} (${least.toFixed(1)}–${most.toFixed(1)}) | |`;
}

/**
 * Times `npm start`: cold on a fresh clone with no data, warm on what that left behind. The smoke run times a warm start of this folder,
 * and only where the console is built already.
 */
export async function benchStart(options: StartOptions): Promise<boolean> {
  const { rounds, isSmoke, log, stack } = options;
  const at = new Date();
  const machine = readMachine();
  const temporary = mkdtempSync(path.join(tmpdir(), "tokenwarden-bench-"));
  // the database's own account passes through it
  chmodSync(temporary, 0o711);
  stack.defer(() => rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));
  const dataDir = path.join(temporary, "data");
  const warm: number[] = [];
  let cold: number | null = null;
  let folder = ROOT;
  if (!isSmoke) {
    folder = path.join(temporary, "clone");
    clone(folder);
    cold = await timeStart(folder, dataDir, COLD_MS, stack);
    log(`cold: ${cold.toFixed(1)} s`);
  }
  const isBuilt = existsSync(path.join(folder, ".next/BUILD_ID"));
  if (isSmoke && isBuilt) await timeStart(folder, dataDir, COLD_MS, stack);
  for (let round = 0; isBuilt && round < rounds; round += 1) {
    warm.push(await timeStart(folder, dataDir, WARM_MS, stack));
    log(`warm ${round + 1}/${rounds}: ${warm.at(-1)?.toFixed(1)} s`);
  }
  if (isSmoke)
    log(`not run: the cold start${isBuilt ? "" : ", and the warm one, as the console is not built here"}`);

  const keycloak = await timeKeycloak({ peers: options.peers, rounds, folder: temporary, log, stack });
  const medianOf = (seconds: readonly number[]) => (seconds.length === 0 ? null : median(seconds));
  const figures: Figure[] = [
    { name: "cold_start_s", value: cold, unit: "s" },
    { name: "warm_start_s", value: medianOf(warm), unit: "s" },
    { name: "keycloak_first_start_s", value: keycloak.first, unit: "s" },
    { name: "keycloak_start_s", value: medianOf(keycloak.next), unit: "s" },
  ];
  const result = { what: "start", at: at.toISOString(), machine, isSmoke, cold, warm, keycloak, figures };
  writeResult("start", at, result);
  if (options.records && cold !== null && warm.length > 0) {
    const [least, most] = spread(warm);
    writeSection(
      "start",
      `${at.toISOString().slice(0, 10)}, commit ${machine.commit ?? "unknown"}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB.

| start | seconds | goal |
| --- | --- | --- |
| cold: fresh clone, warm package cache, no data | ${cold.toFixed(1)} | ≤ 180 |
| warm: median of ${warm.length} | ${median(warm).toFixed(1)} (${least.toFixed(1)}–${most.toFixed(1)}) | ≤ 10 |${keycloakRows(keycloak)}`,
    );
  }
  for (const figure of figures) console.log(figureLine(figure));
  return true;
}
