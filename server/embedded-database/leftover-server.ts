import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findProcessStart } from "#server/setup/process-identity.mjs";

const POLL_MS = 100;
const LAST_BACKENDS_MS = 15_000;

/** Processes of a server work inside its data folder, which tells them from any other that got the same number. */
function worksIn(folder: string, pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === folder;
  } catch {
    return false;
  }
}

function isAnybodyIn(folder: string): boolean {
  return readdirSync("/proc").some((name) => /^\d+$/.test(name) && worksIn(folder, name));
}

/** The process that a server noted as its own, or null. */
function findRecordedPid(clusterDir: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(path.join(clusterDir, "postmaster.pid"), "utf8"), 10);
    return pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/** Whether the process that the server noted as its own lives. */
export function isServerAlive(clusterDir: string): boolean {
  const pid = findRecordedPid(clusterDir);
  if (pid === null || findProcessStart(pid) === null) return false;
  return process.platform !== "linux" || worksIn(realpathSync(clusterDir), String(pid));
}

/**
 * Makes way for a new server where none is alive: lets the last backends of a killed one end, and takes away its note
 * when that is certain to name nobody, or somebody else; PostgreSQL would refuse to start because of it.
 */
export async function clearAfterKilledServer(clusterDir: string): Promise<void> {
  if (process.platform !== "linux" || findRecordedPid(clusterDir) === null) return;
  const folder = realpathSync(clusterDir);
  const deadline = Date.now() + LAST_BACKENDS_MS;
  while (isAnybodyIn(folder)) {
    if (Date.now() > deadline) return;
    await wait(POLL_MS);
  }
  rmSync(path.join(clusterDir, "postmaster.pid"), { force: true });
}
