import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { countUpTo } from "../list-query/count-up-to.ts";
import type { ListQuery, Page, Total } from "../list-query/define-table.ts";
import { keysetOf, orderBy, seek, toPage } from "../list-query/keyset.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { MailRow } from "./model.ts";
import { MAILS_TABLE } from "./table.ts";

/** Mails that a total is counted up to. */
const COUNT_MAX = 10_000;
const NEWEST_FIRST = sql`m.created_at DESC, m.id DESC`;

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
export async function readMails(
  db: Sql,
  where: Fragment,
  max: number,
  order: Fragment = NEWEST_FIRST,
): Promise<MailRow[]> {
  const records = await run<MailRecord>(
    db,
    sql`SELECT m.id, m.kind, m.to_address AS "toAddress", m.subject, m.recipient_kind AS "recipientKind", m.recipient_id AS "recipientId",
        m.recipient_name AS "recipientName", i.number AS "incidentNumber", m.state, m.attempts, m.next_attempt_at AS "nextAttemptAt",
        m.last_error AS "lastError", m.last_error_at AS "lastErrorAt", m.sent_at AS "sentAt", m.created_at AS "createdAt", m.created_by_name AS "createdBy"
      FROM mail m LEFT JOIN incident i ON i.id = m.incident_id WHERE ${where} ORDER BY ${order} LIMIT ${max}::int`,
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

/** One page of the outbox, newest first: whom mail went to, and what became of it. Needs `organisation:read`. */
export async function listMails(
  ctx: Context,
  query: ListQuery<typeof MAILS_TABLE>,
): Promise<Page<MailRow> & { total: Total }> {
  requirePermission(ctx, "organisation:read");
  const keyset = keysetOf(MAILS_TABLE, query);
  const [column, id] = [sql`m.created_at`, sql`m.id`];
  const { state } = query.filters;
  const where = state === undefined ? [] : [sql`m.state = ANY (${state}::text[])`];
  const beyond = seek(keyset, column, id);
  const rows = await readMails(
    ctx.db,
    all(beyond === null ? where : [...where, beyond]),
    keyset.limit,
    orderBy(keyset, column, id),
  );
  const page = toPage(MAILS_TABLE, query, keyset, rows, (row) => ({ value: row.createdAt, id: row.id }));
  const matching = sql`SELECT 1 FROM mail m WHERE ${all(where)} LIMIT ${COUNT_MAX + 1}::int`;
  return {
    ...page,
    total: await countUpTo(ctx.db, matching, { max: COUNT_MAX, atLeast: () => rows.length }),
  };
}
