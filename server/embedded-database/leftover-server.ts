import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";

/** Processes of a server work inside its data folder, which tells them from any other that got the same number. */
function worksIn(folder: string, pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === folder;
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
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

/**
 * Whether a server that an earlier run left behind still works in the folder. Where that is certain not to be so, a
 * note that now names somebody else's process is taken away: PostgreSQL would refuse to start because of it.
 */
export function hasLeftoverServer(clusterDir: string): boolean {
  const recorded = findRecordedPid(clusterDir);
  if (recorded === null || !isAlive(recorded)) return false;
  if (process.platform !== "linux") return true;
  const folder = realpathSync(clusterDir);
  if (worksIn(folder, String(recorded))) return true;
  const anybody = readdirSync("/proc").some((name) => /^\d+$/.test(name) && worksIn(folder, name));
  if (!anybody) rmSync(path.join(clusterDir, "postmaster.pid"), { force: true });
  return false;
}

/** Whether the process that the server noted as its own lives. */
export function isServerAlive(clusterDir: string): boolean {
  const pid = findRecordedPid(clusterDir);
  return pid !== null && isAlive(pid);
}
