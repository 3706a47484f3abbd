import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { readMails } from "../mail/list-mails.ts";
import { mailServerOf, readMailRecord } from "../mail/mail-settings.ts";
import { readIncident } from "./incident-row.ts";
import type { IncidentNotices } from "./model.ts";
import { readNoticeRecipients } from "./notice-recipients.ts";

/** Mails of a case that are listed, newest first. */
const SHOWN = 100;

/** Whom a case could tell, and who was told: when, by whom, and what became of it. Needs `incident:read`. @throws {DomainError} NOT_FOUND, FORBIDDEN */
export async function listNotices(ctx: Context, number: number): Promise<IncidentNotices> {
  requirePermission(ctx, "incident:read");
  const incident = await readIncident(ctx.db, number);
  const [recipients, mails, settings] = await Promise.all([
    readNoticeRecipients(ctx, incident),
    readMails(ctx.db, sql`m.incident_id = ${incident.id}::uuid`, SHOWN),
    readMailRecord(ctx.db),
  ]);
  return { hasMailServer: mailServerOf(settings) !== null, recipients, mails };
}
