import type { Logger } from "pino";
import type { Database } from "#lib/db/database.ts";
import { noteFeedHead } from "#lib/propagation/note-head.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

const POLL_MS = 500;

/** Notes when orders were there, as they come: a loop of its own, so that it is not late because of what takes long. */
export function createFeedWatch(
  db: Database,
  url: string,
  log: Logger,
  isHeld: () => boolean = () => false,
): WokenLoop {
  let noted = -1n;
  return new WokenLoop({
    url,
    channels: ["revocations"],
    pollMs: POLL_MS,
    work: async () => {
      if (!isHeld()) noted = await noteFeedHead(db, noted);
      return false;
    },
    onError: (error) => logFailure(log, error, {}, "the feed's head could not be noted"),
  });
}
