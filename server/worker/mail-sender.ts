import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { SqlDatabase } from "#lib/db/sql-database.ts";
import { deliverMails } from "#lib/mail/deliver-mails.ts";
import type { MailKeeping } from "#lib/mail/mail-settings.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";

/** How soon a mail that was queued, or is due again, is sent. */
const POLL_MS = 1_000;

export type MailSenderOptions = MailKeeping & { db: SqlDatabase; url: string; log: Logger };

export type MailSender = { start(): void; stop(): Promise<void> };

/** Sends the e-mail that acts have left in the outbox. */
export function createMailSender({ db, url, log, outbound, wrapper }: MailSenderOptions): MailSender {
  const stopping = new AbortController();
  const delivering = { db, outbound, wrapper, workerId: randomUUID(), signal: stopping.signal };
  const loop = new WokenLoop({
    url,
    channels: [],
    pollMs: POLL_MS,
    work: () => deliverMails(delivering),
    onError: (error) => logFailure(log, error, {}, "mail could not be sent; it is tried again"),
  });
  return {
    start: () => loop.start(),
    async stop() {
      stopping.abort();
      await loop.stop();
    },
  };
}
