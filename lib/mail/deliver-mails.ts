import { type Act, recordEntry } from "../audit/record-entry.ts";
import { readClock } from "../clocks/read-clock.ts";
import { systemContext } from "../context.ts";
import { changeLeased, hasCome, heldFor, LET_GO } from "../db/leases.ts";
import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { DomainError } from "../errors.ts";
import { backoffMs } from "../outbound/backoff.ts";
import { forgetFormerServers, readFormerServers } from "./former-server.ts";
import { type MailKeeping, type MailServer, mailServerOf, readMailRecord } from "./mail-settings.ts";
import { sendMail } from "./send-mail.ts";

export type MailDelivering = MailKeeping & { db: SqlDatabase; workerId: string; signal: AbortSignal };

/** Longer than an attempt may take: nobody else takes a mail whose worker lives. */
const LEASE_SECONDS = 60;
/** Connections of one worker to the mail server. */
const AT_ONCE = 4;

type LeasedMail = {
  id: string;
  messageId: string;
  toAddress: string;
  subject: string;
  body: string;
  createdAt: Date;
  giveUpAt: Date;
  attempts: number;
  incidentId: string | null;
  recipientName: string;
  /** A server of before, that it is to leave by. */
  serverId: string | null;
};

const LEASE = `
  UPDATE mail m SET leased_by = $1::uuid, ${heldFor(LEASE_SECONDS)}, attempts = m.attempts + 1
  FROM (SELECT id FROM mail WHERE state = 'queued' AND ${hasCome("next_attempt_at")} AND ${hasCome("leased_until")}
    ORDER BY next_attempt_at, id LIMIT $2::int FOR UPDATE SKIP LOCKED) n
  WHERE m.id = n.id
  RETURNING m.id, m.message_id AS "messageId", m.to_address AS "toAddress", m.subject, m.body, m.created_at AS "createdAt", m.give_up_at AS "giveUpAt", m.attempts,
    m.incident_id AS "incidentId", m.recipient_name AS "recipientName", m.server_id AS "serverId"`;

/** What a mail's end is called on record: upon the case that it was sent from. */
async function actOf(tx: Sql, mail: LeasedMail, act: "sent" | "failed", why: string | null): Promise<Act> {
  const after = { mailId: mail.id, to: mail.toAddress, ...(why === null ? {} : { why }) };
  const [incident] = await tx.query<{ id: string; number: number; title: string }>(
    "SELECT id, number, title FROM incident WHERE id = $1::uuid",
    [mail.incidentId],
  );
  return incident === undefined
    ? { act: `mail.${act}`, target: { kind: "mail", id: mail.id, name: mail.subject }, after }
    : {
        act: `incident.notice_${act}`,
        target: { kind: "incident", id: incident.id, name: `#${incident.number} ${incident.title}` },
        after: { ...after, recipient: mail.recipientName },
      };
}

/** Ends a mail, with its entry, unless it is not this worker's any more. */
async function end(
  { db, workerId }: MailDelivering,
  mail: LeasedMail,
  state: "sent" | "failed",
  why: string | null,
): Promise<void> {
  const ctx = systemContext(db, "mail", await readClock(db));
  await db.transaction(async (tx) => {
    const ended = await tx.query(
      `UPDATE mail SET state = $3::text, sent_at = CASE WHEN $3::text = 'sent' THEN $4::timestamptz END, last_error = coalesce($5::text, last_error),
         last_error_at = CASE WHEN $5::text IS NULL THEN last_error_at ELSE $4::timestamptz END, ${LET_GO}
       WHERE id = $1::uuid AND leased_by = $2::uuid AND state = 'queued' RETURNING id`,
      [mail.id, workerId, state, ctx.now, why],
    );
    if (ended.length === 0) return;
    if (mail.serverId !== null) await forgetFormerServers(tx, mail.serverId);
    await recordEntry(tx, ctx, await actOf(tx, mail, state, why));
  });
}

async function waitLonger({ db, workerId }: MailDelivering, mail: LeasedMail, why: string): Promise<void> {
  await changeLeased(
    db,
    { table: "mail", id: mail.id, workerId },
    `last_error = $3::text, last_error_at = clock_timestamp(), next_attempt_at = clock_timestamp() + $4::int * interval '1 millisecond', ${LET_GO}`,
    [why, backoffMs(mail.attempts)],
  );
}

async function attempt(delivering: MailDelivering, server: MailServer | null, mail: LeasedMail) {
  if (server === null) return { outcome: "failed" as const, why: "No mail server is set up." };
  const { messageId, toAddress: to, subject, body, createdAt: at } = mail;
  try {
    return await sendMail(delivering, server, { messageId, to, subject, body, at }, delivering.signal);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { outcome: "failed" as const, why: "The master key does not open the server's password." };
  }
}

async function deliver(
  delivering: MailDelivering,
  server: MailServer | null,
  mail: LeasedMail,
): Promise<void> {
  const sent = await attempt(delivering, server, mail);
  if (sent.outcome === "taken") return end(delivering, mail, "sent", null);
  // stopped in the middle: nobody's fault, and another worker's turn
  if (delivering.signal.aborted) return waitLonger(delivering, mail, "The worker was stopped meanwhile.");
  if (sent.outcome === "refused" || mail.giveUpAt <= (await readClock(delivering.db)))
    return end(delivering, mail, "failed", sent.why);
  return waitLonger(delivering, mail, sent.why);
}

/**
 * Sends some of the mails that are due: at least once each, because a worker that dies between the server's answer and our commit leaves it to the next one, under the same
 * Message-ID. What the server refuses for good, or for a day, has failed. How each ends is recorded as `incident.notice_sent` and `incident.notice_failed`.
 *
 * @returns whether there may be more.
 */
export async function deliverMails(delivering: MailDelivering): Promise<boolean> {
  const leased = await delivering.db.query<LeasedMail>(LEASE, [delivering.workerId, AT_ONCE]);
  if (leased.length === 0) return false;
  const present = mailServerOf(await readMailRecord(delivering.db));
  const formers = await readFormerServers(
    delivering.db,
    leased.flatMap(({ serverId }) => serverId ?? []),
  );
  const serverOf = ({ serverId }: LeasedMail) =>
    serverId === null ? present : (formers.get(serverId) ?? null);
  const results = await Promise.allSettled(leased.map((mail) => deliver(delivering, serverOf(mail), mail)));
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return leased.length === AT_ONCE;
}
