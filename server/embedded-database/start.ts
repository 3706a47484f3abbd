import { chmodSync, closeSync, fstatSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";
import { StartRefusal } from "#server/start-refusal.ts";
import type { Binaries } from "./binaries.ts";
import { createCluster, hasCluster } from "./cluster.ts";
import { writeSettings } from "./configuration.ts";
import { createOwnedDatabase, createOwnerRole } from "./create-database.ts";
import { findFreePort } from "./free-port.ts";
import { hasLeftoverServer } from "./leftover-server.ts";
import {
  connectionUrls,
  createMemory,
  type EmbeddedDatabaseMemory,
  findMemory,
  memoryFile,
  saveMemory,
} from "./memory.ts";
import { chooseClusterDir, placeBinaries, requireOwnClusterDir } from "./placement.ts";
import { runProgram } from "./run-program.ts";
import { boundLog, findLastComplaint } from "./server-log.ts";
import { canEnter, getSystemUser, type SystemUser } from "./system-user.ts";

export interface EmbeddedDatabase {
  /** As owner of the product's database. */
  url: string;
  /** As superuser, of the database `postgres`. */
  adminUrl: string;
  /** Ends every connection and shuts the server down, data on disk; may be called twice. */
  stop(): Promise<void>;
}

interface Site {
  dataDir: string;
  clusterDir: string;
  binaries: Binaries;
  user: SystemUser | undefined;
  logFile: string;
  log: (line: string) => void;
}

const START_SECONDS = 600;
const STOP_SECONDS = 60;
const BOUND_LOG_MS = 60_000;

/** Runs a program with its output in the server's log; `start` is where in the log its lines begin. */
async function runLogged(
  site: Site,
  program: string,
  args: string[],
): Promise<{ code: number; start: number }> {
  const descriptor = openSync(site.logFile, "a", 0o600);
  try {
    const start = fstatSync(descriptor).size;
    return { code: await runProgram(program, args, { user: site.user, output: descriptor }), start };
  } finally {
    closeSync(descriptor);
  }
}

async function stopServer(site: Site): Promise<void> {
  const stop = (mode: string) =>
    runLogged(site, site.binaries.pgCtl, [
      "stop",
      "-s",
      "-w",
      "-D",
      site.clusterDir,
      "-m",
      mode,
      "-t",
      `${STOP_SECONDS}`,
    ]);
  const fast = await stop("fast");
  if (fast.code !== 0 && hasLeftoverServer(site.clusterDir)) await stop("immediate");
}

/** Starts the server on the remembered port, or on another when that one is taken; returns the port. */
async function startServer(site: Site, remembered: number | undefined): Promise<number> {
  let preferred = remembered;
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort(preferred);
    writeSettings(site.clusterDir, port, site.user);
    const args = ["start", "-s", "-w", "-t", `${START_SECONDS}`, "-D", site.clusterDir];
    const { code, start } = await runLogged(site, site.binaries.pgCtl, args);
    if (code === 0) return port;
    const complaint = findLastComplaint(site.logFile, start) ?? `pg_ctl ended with ${code}`;
    if (attempt < 3 && /could not (bind|create any TCP)/.test(complaint)) {
      preferred = undefined;
      continue;
    }
    throw new StartRefusal(
      `the database in ${site.clusterDir} does not start: ${complaint} (log: ${site.logFile}; nothing was changed)`,
    );
  }
}

async function initialize(site: Site, memory: EmbeddedDatabaseMemory): Promise<void> {
  site.log("creating the database");
  const descriptor = openSync(site.logFile, "a", 0o600);
  try {
    await createCluster({
      clusterDir: site.clusterDir,
      binaries: site.binaries,
      user: site.user,
      superuserPassword: memory.superuserPassword,
      log: { file: site.logFile, descriptor, start: fstatSync(descriptor).size },
    });
  } finally {
    closeSync(descriptor);
  }
}

function openDataDir(dataDir: string): void {
  const isRoot = process.getuid?.() === 0;
  const created = mkdirSync(dataDir, { recursive: true });
  // As root, the database's own account passes through this folder; what is secret in it has mode 0600.
  if (created) chmodSync(dataDir, isRoot ? 0o711 : 0o700);
}

/** Finds the database of a data folder, or the place for a new one. */
function findSite(
  dataDir: string,
  user: SystemUser | undefined,
): { memory: EmbeddedDatabaseMemory; clusterDir: string } {
  const inside = path.join(dataDir, "postgres");
  const remembered = findMemory(dataDir);
  if (!remembered) {
    if (hasCluster(inside)) {
      throw new StartRefusal(
        `${memoryFile(dataDir)} is missing, it holds the database's passwords; restore it (nothing was changed)`,
      );
    }
    const clusterDir = chooseClusterDir(dataDir, user);
    const memory = { ...createMemory(), ...(clusterDir ? { clusterDir } : {}) };
    saveMemory(dataDir, memory);
    return { memory, clusterDir: clusterDir ?? inside };
  }
  const clusterDir = remembered.clusterDir ?? inside;
  if (remembered.clusterDir && remembered.initializedAt) requireOwnClusterDir(clusterDir, dataDir);
  if (remembered.initializedAt && !hasCluster(clusterDir)) {
    throw new StartRefusal(
      `the database of ${dataDir} is gone from ${clusterDir}; restore it, or start with another DATA_DIR for an empty one`,
    );
  }
  if (user && !canEnter(user, path.dirname(clusterDir))) {
    throw new StartRefusal(
      `the user ${user.name} cannot enter ${path.dirname(clusterDir)}; open it and the folders above (chmod o+x)`,
    );
  }
  return { memory: remembered, clusterDir };
}

/**
 * Starts the PostgreSQL that came with the packages on `dataDir`, creating it on first use. A server that an earlier
 * run left behind is shut down first. The caller makes sure that nobody else uses the folder at the same time.
 *
 * @throws {StartRefusal} when the folder is damaged or the server does not start; nothing in it is deleted.
 */
export async function startEmbeddedDatabase(options: {
  dataDir: string;
  log?: (line: string) => void;
}): Promise<EmbeddedDatabase> {
  const dataDir = path.resolve(options.dataDir);
  openDataDir(dataDir);
  const user = getSystemUser();
  const { memory, clusterDir } = findSite(dataDir, user);
  const logFile = path.join(dataDir, "postgres.log");
  const site: Site = {
    dataDir,
    clusterDir,
    binaries: placeBinaries(user),
    user,
    logFile,
    log: options.log ?? (() => {}),
  };
  boundLog(logFile);
  if (!hasCluster(clusterDir)) await initialize(site, memory);
  if (hasLeftoverServer(clusterDir)) {
    site.log("stopping the database that an earlier run left behind");
    await stopServer(site);
  }
  const port = await startServer(site, memory.port);
  const urls = connectionUrls({ ...memory, port });
  let stopped: Promise<void> | undefined;
  const timer = setInterval(() => boundLog(logFile), BOUND_LOG_MS);
  timer.unref();
  const stop = () => {
    clearInterval(timer);
    stopped ??= stopServer(site);
    return stopped;
  };
  try {
    if (!memory.initializedAt) {
      await createOwnerRole(urls.adminUrl, memory.ownerPassword);
      await createOwnedDatabase(urls.adminUrl, "tokenwarden");
    }
    const initializedAt = memory.initializedAt ?? new Date().toISOString();
    if (memory.port !== port || !memory.initializedAt)
      saveMemory(dataDir, { ...memory, port, initializedAt });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...urls, stop };
}

/** The URL under which a running embedded database of `dataDir` was last reached, or null when there never was one. */
export function findEmbeddedDatabaseUrl(dataDir: string): string | null {
  const memory = findMemory(path.resolve(dataDir));
  return memory?.port === undefined ? null : connectionUrls(memory).url;
}
