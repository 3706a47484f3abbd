import type { Logger } from "pino";
import type { Database } from "#lib/db/database.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

/** Something that a worker does from its start to its stop. What it has begun is over when `stop` resolves. */
export type WorkerPart = { start(): void; stop(): Promise<void> };

/** Where a part does its work. */
export type Workplace = {
  db: Database;
  /** Of the same database: a part listens on a connection of its own. */
  url: string;
  log: Logger;
};

export type WorkerLoop = {
  /** One step; true where there may be another at once. */
  work: () => Promise<boolean>;
  /** How long something can wait where nothing announced it. */
  pollMs: number;
  /** What announces that there is something to do; by default nothing does. */
  channels?: readonly string[];
  /** What a failure is called in the log. The step is tried again. */
  failure: string;
};

/** A loop of a worker whose failures are logged. */
export function workerLoop(
  { url, log }: Pick<Workplace, "url" | "log">,
  { work, pollMs, channels = [], failure }: WorkerLoop,
): WokenLoop {
  return new WokenLoop({
    url,
    channels,
    pollMs,
    work,
    onError: (error) => logFailure(log, error, {}, failure),
  });
}
