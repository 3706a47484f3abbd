import { readFileSync } from "node:fs";
import { findProcessStart } from "./process-identity.mjs";

const POLL_MS = 500;
const SHELLS = new Set(["sh", "dash", "bash", "ash", "zsh", "busybox"]);

/** The name and parent of a process, where the system tells. */
function findParent(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = stat.lastIndexOf(")");
    return {
      name: stat.slice(stat.indexOf("(") + 1, end),
      parent: Number(stat.slice(end + 2).split(" ")[1]),
    };
  } catch {
    return null;
  }
}

/**
 * Sends this process a SIGTERM when the npm that runs it is gone: npm does not hand its own SIGTERM on. Does nothing
 * where no npm runs it.
 */
export function stopWithLauncher() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const launchers = [process.ppid];
  const direct = findParent(process.ppid);
  if (direct && SHELLS.has(direct.name)) launchers.push(direct.parent);
  const starts = new Map(launchers.map((pid) => [pid, findProcessStart(pid)]));
  const timer = setInterval(() => {
    const isGone = [...starts].some(([pid, start]) => findProcessStart(pid) !== start);
    if (!isGone) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, POLL_MS);
  timer.unref();
}

/** The signals that end this process in order. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];
