import type { Logger } from "pino";
import type { Database } from "#lib/db/database.ts";
import { settleNext } from "#lib/revocations/settle-orders.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

const POLL_MS = 500;

/** Settles orders as they come. */
export function createSettler(
  db: Database,
  url: string,
  log: Logger,
  isHeld: () => boolean = () => false,
): WokenLoop {
  return new WokenLoop({
    url,
    channels: ["revocations"],
    pollMs: POLL_MS,
    work: async () => !isHeld() && (await settleNext(db)),
    onError: (error) => logFailure(log, error, {}, "an order could not be settled; it is tried again"),
  });
}
