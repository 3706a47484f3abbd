import type { Logger } from "pino";
import type { Database } from "#lib/db/database.ts";
import { watchConditions } from "#lib/notifications/watch-conditions.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

/** What goes on for longer is looked at so often: it is told after a minute. */
const POLL_MS = 10_000;

/** Tells of verifiers and streams that are behind and of overdue keys, when it begins and when it is over. */
export function createNotificationWatch(
  db: Database,
  url: string,
  log: Logger,
  isHeld: () => boolean,
): WokenLoop {
  return new WokenLoop({
    url,
    channels: [],
    pollMs: POLL_MS,
    async work() {
      if (!isHeld()) await watchConditions(db, new Date());
      return false;
    },
    onError: (error) =>
      logFailure(log, error, {}, "what is behind could not be looked at; it is tried again"),
  });
}
