import type { Logger } from "pino";
import { systemContext } from "#lib/context.ts";
import type { Database } from "#lib/db/database.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { advanceKeys } from "#lib/keys/advance-keys.ts";
import { WokenLoop } from "./woken-loop.ts";

const POLL_MS = 1_000;

/** Lets keys sign and retire when their time comes. */
export function createKeyRotator(db: Database, url: string, log: Logger): WokenLoop {
  return new WokenLoop({
    url,
    channels: [],
    pollMs: POLL_MS,
    work: () => advanceKeys(systemContext(db, "worker")),
    onError: (error) =>
      log[isUnavailable(error) ? "warn" : "error"](
        { err: error },
        "a signing key could not be changed; it is tried again",
      ),
  });
}
