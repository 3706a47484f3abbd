import type { Logger } from "pino";
import type { Database } from "#lib/db/database.ts";
import { runNextCheck } from "#lib/evidence-checks/run-next-check.ts";
import { readCheckpointFile } from "#lib/seals/checkpoint-file.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

const POLL_MS = 1_000;

export type CheckerOptions = {
  db: Database;
  url: string;
  log: Logger;
  /** Where checkpoints are kept outside of the database; null: nowhere. */
  file: string | null;
  signal: AbortSignal;
};

/** What is kept outside, or null where there is no such file. */
export async function readHeld(file: string | null): Promise<string[] | null> {
  if (file === null) return null;
  try {
    return await readCheckpointFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Verifies spans of the evidence as somebody asks for it, one after the other. */
export function createChecker({ db, url, log, file, signal }: CheckerOptions): WokenLoop {
  return new WokenLoop({
    url,
    channels: [],
    pollMs: POLL_MS,
    work: () => runNextCheck(db, { held: () => readHeld(file), signal }),
    onError: (error) => logFailure(log, error, {}, "a verification of the evidence failed"),
  });
}
