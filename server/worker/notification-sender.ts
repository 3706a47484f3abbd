import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { SqlDatabase } from "#lib/db/sql-database.ts";
import type { SinkKeeping } from "#lib/event-streams/sealed-values.ts";
import { deliverFormer } from "#lib/notifications/deliver-former.ts";
import { deliverNotifications } from "#lib/notifications/deliver-webhook.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

/** How soon a notification that waits, or is due again, is sent. */
const POLL_MS = 1_000;

export type NotificationSenderOptions = SinkKeeping & { db: SqlDatabase; url: string; log: Logger };

export type NotificationSender = { start(): void; stop(): Promise<void> };

/** Sends notifications to the organisation's webhook. */
export function createNotificationSender({
  db,
  url,
  log,
  outbound,
  wrapper,
}: NotificationSenderOptions): NotificationSender {
  const stopping = new AbortController();
  const delivering = { db, outbound, wrapper, workerId: randomUUID(), signal: stopping.signal };
  const loop = new WokenLoop({
    url,
    channels: [],
    pollMs: POLL_MS,
    work: async () => (await deliverFormer(delivering)) || deliverNotifications(delivering),
    onError: (error) => logFailure(log, error, {}, "notifications could not be sent; it is tried again"),
  });
  return {
    start: () => loop.start(),
    async stop() {
      stopping.abort();
      await loop.stop();
    },
  };
}
