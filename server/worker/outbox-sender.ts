import { randomUUID } from "node:crypto";
import type { Database } from "#lib/db/database.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { deliverMails } from "#lib/mail/deliver-mails.ts";
import { deliverFormer } from "#lib/notifications/deliver-former.ts";
import { deliverNotifications } from "#lib/notifications/deliver-webhook.ts";
import type { Outbound } from "#lib/outbound/outbound.ts";
import { type WorkerPart, type Workplace, workerLoop } from "./worker-part.ts";

/** How soon something that was queued, or is due again, is sent. */
const POLL_MS = 1_000;

/** What it takes to tell others: the way out, and the keys of what they know us by. */
export type SenderOptions = Workplace & { outbound: Outbound; wrapper: KeyWrapper };

type Outbox = {
  /** Sends some of what is due, under leases of this worker. @returns whether there may be more. */
  deliver(delivering: {
    db: Database;
    outbound: Outbound;
    wrapper: KeyWrapper;
    workerId: string;
    signal: AbortSignal;
  }): Promise<boolean>;
  failure: string;
};

/** Sends what acts have left in an outbox. Stopped in the middle of an attempt, it leaves that to another worker. */
function createOutboxSender(
  { db, url, log, outbound, wrapper }: SenderOptions,
  { deliver, failure }: Outbox,
): WorkerPart {
  const stopping = new AbortController();
  const delivering = { db, outbound, wrapper, workerId: randomUUID(), signal: stopping.signal };
  const loop = workerLoop({ url, log }, { work: () => deliver(delivering), pollMs: POLL_MS, failure });
  return {
    start: () => loop.start(),
    async stop() {
      stopping.abort();
      await loop.stop();
    },
  };
}

/** Sends the e-mail of the outbox. */
export const createMailSender = (options: SenderOptions): WorkerPart =>
  createOutboxSender(options, {
    deliver: deliverMails,
    failure: "mail could not be sent; it is tried again",
  });

/** Sends notifications to the organisation's webhook, and an alarm that changed it to the one from before. */
export const createNotificationSender = (options: SenderOptions): WorkerPart =>
  createOutboxSender(options, {
    deliver: async (delivering) => (await deliverFormer(delivering)) || deliverNotifications(delivering),
    failure: "notifications could not be sent; it is tried again",
  });
