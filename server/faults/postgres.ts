import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { placeBinaries } from "#server/embedded-database/placement.ts";
import { runProgram } from "#server/embedded-database/run-program.ts";
import { getSystemUser } from "#server/embedded-database/system-user.ts";
import { eventually, type Instance } from "./instance.ts";

function parentOf(pid: string): number {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return Number.NaN;
  }
}

/** The processes of an instance's own PostgreSQL: the postmaster first. */
export function postgresProcesses(instance: Instance): number[] {
  if (instance.clusterDir === null) throw new Error("the instance has no PostgreSQL of its own");
  const postmaster = Number.parseInt(
    readFileSync(path.join(instance.clusterDir, "postmaster.pid"), "utf8"),
    10,
  );
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === postmaster);
  return [postmaster, ...children.map(Number)];
}

/** Sends a signal to all of them; those that have ended meanwhile are passed over. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // it has ended
    }
  }
}

function isWorking(pid: number): boolean {
  try {
    readlinkSync(`/proc/${pid}/cwd`);
    return true;
  } catch {
    return false;
  }
}

/** Does away with PostgreSQL, or a part of it, and waits until all but the postmaster are others, and answer. */
export async function outlive(instance: Instance, kill: () => void): Promise<void> {
  const [, ...before] = postgresProcesses(instance);
  kill();
  await eventually(async () => {
    if (before.some(isWorking)) return undefined;
    return instance.db.query("SELECT 1").catch(() => undefined);
  }, 30_000);
}

async function pgCtl(instance: Instance, args: string[]): Promise<number> {
  if (instance.clusterDir === null) throw new Error("the instance has no PostgreSQL of its own");
  const user = getSystemUser();
  const output = openSync("/dev/null", "a");
  try {
    return await runProgram(placeBinaries(user).pgCtl, [...args, "-s", "-D", instance.clusterDir], {
      user,
      output,
    });
  } finally {
    closeSync(output);
  }
}

/** What an operator does to a database: resolves when the server has ended, or false when it has not within `seconds`. */
export async function stopPostgres(
  instance: Instance,
  mode: "smart" | "fast",
  seconds = 30,
): Promise<boolean> {
  return (await pgCtl(instance, ["stop", "-w", "-m", mode, "-t", String(seconds)])) === 0;
}

export async function startPostgres(instance: Instance): Promise<void> {
  if ((await pgCtl(instance, ["start", "-w", "-t", "60"])) !== 0)
    throw new Error("PostgreSQL does not start");
}
