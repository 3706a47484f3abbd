import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import os from "node:os";

const PATIENCE = 10;
const TAIL_CHARACTERS = 2_000;

export type ToolRun = {
  command: string;
  args: string[];
  cwd: string;
  /** Added to the caller's own, which says how registries are reached. */
  env?: Record<string, string>;
  /** Where all that it says is added. */
  logFile: string;
  /** Stops it when the run ends early. */
  stack: AsyncDisposableStack;
};

function signalGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, "SIGTERM");
  } catch {
    // it has ended
  }
}

/**
 * Runs a build tool to its end, behind everything else that the machine does.
 *
 * @throws with the end of what it said when it is missing or fails.
 */
export async function runTool({ command, args, cwd, env, logFile, stack }: ToolRun): Promise<void> {
  const log = openSync(logFile, "a");
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  let isRunning = true;
  stack.defer(() => {
    if (isRunning) signalGroup(child.pid);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
      if (child.pid !== undefined) os.setPriority(child.pid, PATIENCE);
    });
    if (code !== 0)
      throw new Error(`${command} failed\n${readFileSync(logFile, "utf8").slice(-TAIL_CHARACTERS).trim()}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new Error(`${command} is not installed`);
    throw error;
  } finally {
    isRunning = false;
  }
}
