import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Page } from "../list-query/define-table.ts";
import { keysetOf, orderBy, seek, toPage } from "../list-query/keyset.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { entryConditions } from "./entry-filters.ts";
import {
  ENTRY_COLUMNS,
  ENTRY_DETAIL_COLUMNS,
  type EntryRecord,
  entryDetailOf,
  entryRowOf,
} from "./entry-record.ts";
import type { AuditEntryDetail, AuditEntryRow } from "./model.ts";
import { type AuditEntriesQuery, auditEntriesTable } from "./table.ts";

/** Acts of one moment in the order in which the log has them; their ids, which pages go by, have none. */
function inMoments<Record extends EntryRecord>(
  records: readonly Record[],
  direction: "asc" | "desc",
): Record[] {
  const turn = direction === "desc" ? -1 : 1;
  return records.toSorted((one, other) => {
    const apart = one.at.getTime() - other.at.getTime() || (one.sequence < other.sequence ? -1 : 1);
    return turn * apart;
  });
}

async function readPage<Record extends EntryRecord, Row>(
  ctx: Context,
  query: AuditEntriesQuery,
  columns: Fragment,
  rowOf: (record: Record) => Row,
): Promise<Page<Row>> {
  requirePermission(ctx, "audit:read");
  const keyset = keysetOf(auditEntriesTable, query);
  const [column, id] = [sql`e.at`, sql`e.id`];
  const conditions = entryConditions(query.filters, ctx.now);
  const after = seek(keyset, column, id);
  if (after !== null) conditions.push(after);
  const records = await run<Record>(
    ctx.db,
    sql`SELECT ${columns} FROM audit_entry e WHERE ${all(conditions)} ORDER BY ${orderBy(keyset, column, id)}
      LIMIT ${keyset.limit}::int`,
  );
  const page = toPage(auditEntriesTable, query, keyset, records, (record) => ({
    value: record.at.toISOString(),
    id: record.id,
  }));
  return { ...page, rows: inMoments(page.rows, query.sort.direction).map(rowOf) };
}

/**
 * One page of admin acts, newest first, refused ones among them. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listAuditEntries(ctx: Context, query: AuditEntriesQuery): Promise<Page<AuditEntryRow>> {
  return readPage(ctx, query, ENTRY_COLUMNS, entryRowOf);
}

/** The same with what each act changed, for files. @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN */
export async function listAuditEntryDetails(
  ctx: Context,
  query: AuditEntriesQuery,
): Promise<Page<AuditEntryDetail>> {
  return readPage(ctx, query, ENTRY_DETAIL_COLUMNS, entryDetailOf);
}
