import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { detectNext } from "#lib/detections/detect-next.ts";
import { WokenLoop } from "./woken-loop.ts";

const POLL_MS = 1_000;
/** The longest pause between two steps of many. */
const PAUSE_MAX_MS = 1_000;

export type Detector = { start(): void; stop(): Promise<void> };

/**
 * Holds uses and acts against the rules, a second or two after they were written. Where it is behind it rests after each step as long as that took: whoever
 * writes uses has the database for half of the time at least. Its connection is its own, so that nothing else of the worker waits for it.
 */
export function createDetector(url: string, log: Logger, isHeld: () => boolean = () => false): Detector {
  const db = openSqlDatabase({
    url,
    role: "app",
    maxConnections: 1,
    applicationName: "tokenwarden-detector",
  });
  const loop = new WokenLoop({
    url,
    // uses are not announced: a notification each would cost whoever writes them
    channels: [],
    pollMs: POLL_MS,
    async work() {
      if (isHeld()) return false;
      const began = performance.now();
      const { isMore } = await detectNext(db);
      if (isMore) await wait(Math.min(PAUSE_MAX_MS, performance.now() - began));
      return isMore;
    },
    onError: (error) =>
      log[isUnavailable(error) ? "warn" : "error"](
        { err: error },
        "uses could not be held against the rules; it is tried again",
      ),
  });
  return {
    start: () => loop.start(),
    async stop() {
      await loop.stop();
      await db.end();
    },
  };
}
