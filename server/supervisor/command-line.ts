import path from "node:path";
import { MigrationError } from "#lib/db/migrate.ts";
import { EnvError, getEnv } from "#lib/env.ts";
import { MasterKeyError } from "#lib/keys/master-keys.ts";
import { STOP_SIGNALS } from "#server/setup/launcher.mjs";
import { acquireLock } from "#server/setup/lock.mjs";
import { makeFolder } from "#server/setup/make-folder.mjs";
import { StartRefusal } from "#server/start-refusal.ts";
import { runSupervisor, type Supervisor, type SupervisorOptions } from "./run.ts";

/** npm and a terminal may both hand on one and the same signal; a person's second one comes later than this. */
const SAME_SIGNAL_MS = 500;

function refuse(line: string, exitCode: number): never {
  process.stderr.write(`tokenwarden: ${line}\n`);
  process.exit(exitCode);
}

function refuseFor(error: unknown): never {
  if (error instanceof EnvError) refuse(error.message, 2);
  if (error instanceof StartRefusal) refuse(error.message, error.exitCode);
  if (error instanceof MigrationError || error instanceof MasterKeyError) refuse(error.message, 1);
  refuse(error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
}

function lockDataDir(dataDir: string) {
  try {
    makeFolder(dataDir);
    return acquireLock(path.join(dataDir, "lock"), { heir: process.ppid });
  } catch (error) {
    throw new StartRefusal(`DATA_DIR ${dataDir} cannot be used: ${(error as Error).message}`, {
      exitCode: 2,
    });
  }
}

function stopOnSignals(supervisor: Supervisor): void {
  let firstAt = 0;
  const onSignal = async () => {
    if (firstAt === 0) firstAt = Date.now();
    else if (Date.now() - firstAt < SAME_SIGNAL_MS) return;
    await supervisor.stop();
    process.exit(0);
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  if (process.send) process.once("disconnect", onSignal);
}

/**
 * Runs the supervisor as this process: settings from the environment, the data folder's lock, signals, and one line on
 * stderr with an exit code when the start is refused.
 */
export async function runFromCommandLine(
  options: Pick<SupervisorOptions, "entries" | "ensureFirstOwner">,
): Promise<void> {
  try {
    const env = getEnv();
    const lock = lockDataDir(env.dataDir);
    if (lock.heldBy !== undefined) {
      throw new StartRefusal(
        `is already running on ${env.dataDir} (process ${lock.heldBy}); stop it, or set another DATA_DIR`,
      );
    }
    process.on("exit", lock.release);
    // A terminal that went away must not take the product down.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
    const say = (line: string) => process.stdout.write(`${line}\n`);
    await runSupervisor({ ...options, env, say }, stopOnSignals);
  } catch (error) {
    refuseFor(error);
  }
}
