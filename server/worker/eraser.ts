import type { Logger } from "pino";
import type { SqlDatabase } from "#lib/db/sql-database.ts";
import { runNextErasure } from "#lib/erasures/run-next-erasure.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

const POLL_MS = 1_000;

export type EraserOptions = { retention: SqlDatabase; url: string; log: Logger; signal: AbortSignal };

/** Erases people's data as owners ask for it, one after the other. */
export function createEraser({ retention, url, log, signal }: EraserOptions): WokenLoop {
  return new WokenLoop({
    url,
    channels: [],
    pollMs: POLL_MS,
    work: () => runNextErasure(retention, { signal }),
    onError: (error) => logFailure(log, error, {}, "an erasure failed; it is tried again"),
  });
}
