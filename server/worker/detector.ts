import { setTimeout as wait } from "node:timers/promises";
import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { detectNext } from "#lib/detections/detect-next.ts";
import { type WorkerPart, type Workplace, workerLoop } from "./worker-part.ts";

const POLL_MS = 1_000;
/** The longest pause between two steps of many. */
const PAUSE_MAX_MS = 1_000;

/**
 * Holds uses and acts against the rules, a second or two after they were written. Where it is behind it rests after each step as long as that took: whoever
 * writes uses has the database for half of the time at least. Its connection is its own, so that nothing else of the worker waits for it.
 */
export function createDetector(place: Pick<Workplace, "url" | "log">, isDiskFull: () => boolean): WorkerPart {
  const db = openSqlDatabase({
    url: place.url,
    role: "app",
    maxConnections: 1,
    applicationName: "tokenwarden-detector",
  });
  // uses are not announced: a notification each would cost whoever writes them
  const loop = workerLoop(place, {
    async work() {
      if (isDiskFull()) return false;
      const began = performance.now();
      const { isMore } = await detectNext(db);
      if (isMore) await wait(Math.min(PAUSE_MAX_MS, performance.now() - began));
      return isMore;
    },
    pollMs: POLL_MS,
    failure: "uses could not be held against the rules; it is tried again",
  });
  return {
    start: () => loop.start(),
    async stop() {
      await loop.stop();
      await db.end();
    },
  };
}
