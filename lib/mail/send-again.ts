import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { readMails } from "./list-mails.ts";
import { GIVE_UP_HOURS, type MailRow } from "./model.ts";

/**
 * Puts a mail that failed into the outbox again, as it is: under its Message-ID, for another day. Recorded as `mail.sent_again`. Needs `incident:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for one that waits or was sent.
 */
export async function sendAgain(ctx: Context, { mailId }: { mailId: string }): Promise<MailRow> {
  requirePermission(ctx, "incident:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(mailId)) await tx.query("SELECT id FROM mail WHERE id = $1::uuid FOR UPDATE", [mailId]);
    const [mail] = isUuid(mailId) ? await readMails(tx, sql`m.id = ${mailId}::uuid`, 1) : [];
    if (mail === undefined) throw notFound("The mail");
    if (mail.state !== "failed") throw new DomainError("CONFLICT", "This mail has not failed.");
    await tx.query(
      `UPDATE mail SET state = 'queued', next_attempt_at = $2::timestamptz, give_up_at = $2::timestamptz + interval '${GIVE_UP_HOURS} hours' WHERE id = $1::uuid`,
      [mailId, ctx.now],
    );
    await recordEntry(tx, ctx, {
      act: "mail.sent_again",
      target: { kind: "mail", id: mailId, name: mail.subject },
      after: { to: mail.toAddress },
    });
    const [again] = await readMails(tx, sql`m.id = ${mailId}::uuid`, 1);
    return again as MailRow;
  });
}
