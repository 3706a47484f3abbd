import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import type { FormerServer } from "./former-server.ts";
import { mailServerOf, readMailRecord } from "./mail-settings.ts";
import { domainOf, isMailable } from "./mailable.ts";
import { GIVE_UP_HOURS, type MailKind, QUEUED_MAX, type RecipientKind } from "./model.ts";
import { oneLine } from "./one-line.ts";

export type NewMail = {
  kind: MailKind;
  to: string;
  /** One line. It must hold no value of a token, no secret, and no link with a credential: nor must the body. */
  subject: string;
  /** Plain text; lines end with LF. */
  body: string;
  recipient: { kind: RecipientKind; id: string; name: string };
  incidentId?: string | undefined;
  /** With which others it counts to a bound of an hour; none where it is held to none. */
  budget?: string | null;
};

const UNPRINTABLE_BUT_LINES = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;
const SUBJECT_MAX = 200;

/**
 * Puts mails into the outbox, inside of the caller's transaction: they leave if it commits, and only then. A worker sends them, each at least once and always under the same
 * Message-ID. Authorise and record before and after: this does neither.
 *
 * @param former the server that they leave by, where that is not the one of now.
 * @returns their ids, in their order.
 * @throws {DomainError} CONFLICT where no mail server is set up or too many wait, INVALID_INPUT for an address that mail cannot be sent to.
 */
export async function queueMails(
  tx: Sql,
  ctx: Pick<SqlContext, "actor" | "now">,
  mails: readonly NewMail[],
  former?: FormerServer,
): Promise<string[]> {
  const server = former?.server ?? mailServerOf(await readMailRecord(tx, "share"));
  if (server === null)
    throw new DomainError(
      "CONFLICT",
      "No mail server is set up yet: an owner does that under Settings, E-mail.",
    );
  const [waiting] = await tx.query<{ count: bigint }>("SELECT count(*) FROM mail WHERE state = 'queued'");
  if (Number(waiting?.count ?? 0) + mails.length > QUEUED_MAX)
    throw new DomainError(
      "CONFLICT",
      `More than ${QUEUED_MAX} mails would wait. See why under Settings, E-mail.`,
    );
  for (const { to, recipient } of mails)
    if (!isMailable(to))
      throw new DomainError("INVALID_INPUT", `Mail cannot be sent to the address of ${recipient.name}.`);
  const ids = mails.map(() => uuidv7(ctx.now));
  await tx.query(
    `INSERT INTO mail (id, message_id, kind, to_address, subject, body, recipient_kind, recipient_id, recipient_name, incident_id, next_attempt_at, give_up_at,
       created_at, created_by_name, server_id, budget)
     SELECT n.id, n.id::text || '@' || $1::text, n.kind, n.to_address, n.subject, n.body, n.recipient_kind, n.recipient_id, n.recipient_name, n.incident_id,
       $2::timestamptz, $2::timestamptz + interval '${GIVE_UP_HOURS} hours', $2::timestamptz, $3::text, $13::uuid, n.budget
     FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::uuid[], $11::text[], $12::uuid[], $14::text[])
       AS n(id, kind, to_address, subject, body, recipient_kind, recipient_id, recipient_name, incident_id, budget)`,
    [
      domainOf(server.fromAddress),
      ctx.now,
      ctx.actor.name,
      ids,
      mails.map(({ kind }) => kind),
      mails.map(({ to }) => to),
      mails.map(({ subject }) => oneLine(subject, SUBJECT_MAX)),
      mails.map(({ body }) => body.toWellFormed().replace(UNPRINTABLE_BUT_LINES, " ")),
      mails.map(({ recipient }) => recipient.kind),
      mails.map(({ recipient }) => recipient.id),
      mails.map(({ recipient }) => recipient.name),
      mails.map(({ incidentId }) => incidentId ?? null),
      former?.id ?? null,
      mails.map(({ budget }) => budget ?? null),
    ],
  );
  return ids;
}
