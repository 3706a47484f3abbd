import { closeSync, fstatSync, openSync } from "node:fs";
import { isRefusedAt, readDiskSpace } from "#lib/db/disk-space.ts";
import { StartRefusal } from "#server/start-refusal.ts";
import type { Binaries } from "./binaries.ts";
import { writeSettings } from "./configuration.ts";
import { findFreePort } from "./free-port.ts";
import { clearAfterKilledServer, isServerAlive } from "./leftover-server.ts";
import { runProgram } from "./run-program.ts";
import { boundLog, findLastComplaint } from "./server-log.ts";
import type { SystemUser } from "./system-user.ts";

/** Everything about one server that does not change while it runs. */
export interface Site {
  dataDir: string;
  clusterDir: string;
  binaries: Binaries;
  user: SystemUser | undefined;
  logFile: string;
  log: (line: string) => void;
}

const START_SECONDS = 600;
const STOP_SECONDS = 60;
const WATCH_MS = 2_000;

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

/** Ends every connection and shuts the server down, data on disk. */
export async function stopServer(site: Site): Promise<void> {
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
  if (fast.code !== 0 && isServerAlive(site.clusterDir)) await stop("immediate");
}

function startArguments(site: Site): string[] {
  return ["start", "-s", "-w", "-t", `${START_SECONDS}`, "-D", site.clusterDir];
}

/** Starts the server on the remembered port, or on another when that one is taken; returns the port. */
export async function startServer(site: Site, remembered: number | undefined): Promise<number> {
  await clearAfterKilledServer(site.clusterDir);
  let preferred = remembered;
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort(preferred);
    writeSettings(site.clusterDir, port, site.user);
    const { code, start } = await runLogged(site, site.binaries.pgCtl, startArguments(site));
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

async function isDiskFull(clusterDir: string): Promise<boolean> {
  const space = await readDiskSpace(clusterDir);
  return isRefusedAt(space, false);
}

/** Bounds the log, and brings a server back that was killed; PostgreSQL then recovers all that was committed. */
export function watchServer(
  site: Site,
  port: number,
  restarts: boolean,
  makeRoom: () => void = () => {},
): { end: () => Promise<void> } {
  let restarting: Promise<unknown> | undefined;
  const restart = async () => {
    site.log("the database ended by itself; it is started again");
    try {
      if (await isDiskFull(site.clusterDir)) makeRoom();
      await clearAfterKilledServer(site.clusterDir);
      writeSettings(site.clusterDir, port, site.user);
      const { code, start } = await runLogged(site, site.binaries.pgCtl, startArguments(site));
      if (code !== 0) site.log(`the database does not start: ${findLastComplaint(site.logFile, start)}`);
    } catch (error) {
      site.log(`the database does not start: ${(error as Error).message}`);
    }
    restarting = undefined;
  };
  const timer = setInterval(() => {
    try {
      boundLog(site.logFile);
    } catch {
      // no room to keep what was in it: it is bounded later
    }
    if (restarts && !restarting && !isServerAlive(site.clusterDir)) restarting = restart();
  }, WATCH_MS);
  timer.unref();
  return {
    end: async () => {
      clearInterval(timer);
      await restarting;
    },
  };
}
