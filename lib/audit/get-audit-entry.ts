import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { ENTRY_DETAIL_COLUMNS, type EntryDetailRecord, entryDetailOf } from "./entry-record.ts";
import type { AuditEntryDetail } from "./model.ts";

/** One admin act with what it changed. Needs `audit:read`. @throws {DomainError} NOT_FOUND, FORBIDDEN */
export async function getAuditEntry(ctx: Context, id: string): Promise<AuditEntryDetail> {
  requirePermission(ctx, "audit:read");
  const [record] = isUuid(id)
    ? await run<EntryDetailRecord>(
        ctx.db,
        sql`SELECT ${ENTRY_DETAIL_COLUMNS} FROM audit_entry e WHERE e.id = ${id}::uuid`,
      )
    : [];
  if (record === undefined) throw notFound("The entry");
  return entryDetailOf(record);
}
