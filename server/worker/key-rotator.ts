import type { Logger } from "pino";
import { systemContext } from "#lib/context.ts";
import type { Database } from "#lib/db/database.ts";
import { advanceKeys } from "#lib/keys/advance-keys.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { rotateByPolicy } from "#lib/keys/rotate-by-policy.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

const POLL_MS = 1_000;

/** Lets keys sign and retire when their time comes; with a wrapper, makes the next ones as policies say. */
export function createKeyRotator(
  db: Database,
  url: string,
  log: Logger,
  wrapper: KeyWrapper | null,
): WokenLoop {
  return new WokenLoop({
    url,
    channels: [],
    pollMs: POLL_MS,
    async work() {
      const ctx = systemContext(db, "worker");
      return (await advanceKeys(ctx)) || (wrapper !== null && (await rotateByPolicy(ctx, wrapper)));
    },
    onError: (error) => logFailure(log, error, {}, "a signing key could not be changed; it is tried again"),
  });
}
