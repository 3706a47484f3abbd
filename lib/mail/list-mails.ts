import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { MailsQuery } from "./input.ts";
import type { MailPage, MailRow } from "./model.ts";

const PAGE = 50;

type MailRecord = Omit<MailRow, "recipient" | "nextAttemptAt" | "lastErrorAt" | "sentAt" | "createdAt"> & {
  recipientKind: MailRow["recipient"]["kind"];
  recipientId: string;
  recipientName: string;
  nextAttemptAt: Date;
  lastErrorAt: Date | null;
  sentAt: Date | null;
  createdAt: Date;
};

/** Mails that a condition on `mail m` names, newest first. */
export async function readMails(db: Sql, where: Fragment, max: number): Promise<MailRow[]> {
  const records = await run<MailRecord>(
    db,
    sql`SELECT m.id, m.kind, m.to_address AS "toAddress", m.subject, m.recipient_kind AS "recipientKind", m.recipient_id AS "recipientId",
        m.recipient_name AS "recipientName", i.number AS "incidentNumber", m.state, m.attempts, m.next_attempt_at AS "nextAttemptAt",
        m.last_error AS "lastError", m.last_error_at AS "lastErrorAt", m.sent_at AS "sentAt", m.created_at AS "createdAt", m.created_by_name AS "createdBy"
      FROM mail m LEFT JOIN incident i ON i.id = m.incident_id WHERE ${where} ORDER BY m.created_at DESC, m.id DESC LIMIT ${max}::int`,
  );
  return records.map(({ recipientKind, recipientId, recipientName, ...record }) => ({
    ...record,
    recipient: { kind: recipientKind, id: recipientId, name: recipientName },
    nextAttemptAt: record.state === "queued" ? record.nextAttemptAt.toISOString() : null,
    lastErrorAt: record.lastErrorAt?.toISOString() ?? null,
    sentAt: record.sentAt?.toISOString() ?? null,
    createdAt: record.createdAt.toISOString(),
  }));
}

/** The outbox, newest first: whom mail went to, and what became of it. Needs `organisation:read`. */
export async function listMails(ctx: Context, { state, before }: MailsQuery): Promise<MailPage> {
  requirePermission(ctx, "organisation:read");
  const ofState = state === undefined ? sql`true` : sql`m.state = ${state}`;
  const earlier =
    before === undefined
      ? sql`true`
      : sql`(m.created_at, m.id) < (SELECT b.created_at, b.id FROM mail b WHERE b.id = ${before}::uuid)`;
  const rows = await readMails(ctx.db, sql`${ofState} AND ${earlier}`, PAGE + 1);
  const page = rows.slice(0, PAGE);
  return { rows: page, next: rows.length > PAGE ? (page.at(-1)?.id ?? null) : null };
}
