import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { type NewMail, queueMails } from "../mail/queue-mail.ts";
import { incidentTarget, readIncident } from "./incident-row.ts";
import type { TellOwnersInput } from "./input.ts";
import { listNotices } from "./list-notices.ts";
import type { IncidentNotices, NoticeRecipient } from "./model.ts";
import { readNoticeRecipients } from "./notice-recipients.ts";
import { noticeText } from "./notice-text.ts";

function chosen(
  recipients: readonly NoticeRecipient[],
  { recipients: wanted }: Pick<TellOwnersInput, "recipients">,
): NoticeRecipient[] {
  return wanted.map(({ kind, id, seen }, index) => {
    const found = recipients.find((one) => one.kind === kind && one.id === id);
    if (found === undefined || found.whyNot !== null)
      throw new DomainError("INVALID_INPUT", found?.whyNot ?? "Nobody of this case has this id.", {
        fields: [{ path: `recipients.${index}`, message: "cannot be told" }],
      });
    if (found.seen !== seen)
      throw new DomainError(
        "STALE_VERSION",
        `What ${found.name} would be told has changed since you looked: read it again.`,
        { fields: [{ path: `recipients.${index}`, message: "changed meanwhile" }] },
      );
    return found;
  });
}

/**
 * Tells owners of a case's tokens by e-mail what was previewed for them: refused where that has changed since. The mails wait in the outbox from this transaction's commit on.
 * Whoever's mail of this case is still waiting is not written to twice. Needs `incident:write`. Recorded as `incident.owners_told`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a closed case, without a mail server, or where a mail waits; STALE_VERSION, INVALID_INPUT
 */
export async function tellOwners(
  ctx: Context,
  { number, ...input }: TellOwnersInput & { number: number },
): Promise<IncidentNotices> {
  requirePermission(ctx, "incident:write");
  await ctx.db.transaction(async (tx) => {
    const incident = await readIncident(tx, number, true);
    if (incident.state === "closed")
      throw new DomainError("CONFLICT", "The case is closed. Open it again to tell somebody in it.");
    const told = chosen(await readNoticeRecipients({ db: tx, now: ctx.now }, incident), input);
    const [waiting] = await run<{ name: string }>(
      tx,
      sql`SELECT m.recipient_name AS name FROM mail m WHERE m.incident_id = ${incident.id}::uuid AND m.state = 'queued'
        AND m.recipient_id = ANY (${told.map(({ id }) => id)}::uuid[]) LIMIT 1`,
    );
    if (waiting !== undefined)
      throw new DomainError("CONFLICT", `A mail to ${waiting.name} still waits to be sent.`);
    const mails = told.map(
      ({ kind, id, name, address, facts }): NewMail => ({
        kind: "leak_notice",
        to: address as string,
        ...noticeText(facts, input.note),
        recipient: { kind, id, name },
        incidentId: incident.id,
      }),
    );
    await queueMails(tx, ctx, mails);
    await recordEntry(tx, ctx, {
      act: "incident.owners_told",
      target: incidentTarget(incident),
      note: input.note === "" ? undefined : input.note,
      after: { recipients: told.map(({ name, address }) => `${name} <${address}>`) },
    });
  });
  return listNotices(ctx, number);
}
