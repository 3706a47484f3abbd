import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { ENTRY_COLUMNS, type EntryRecord, entryRowOf } from "./entry-record.ts";
import type { AuditEntryDetail } from "./model.ts";

type DetailRecord = EntryRecord & {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  userAgent: string | null;
};

/** One admin act with what it changed. Needs `audit:read`. @throws {DomainError} NOT_FOUND, FORBIDDEN */
export async function getAuditEntry(ctx: Context, id: string): Promise<AuditEntryDetail> {
  requirePermission(ctx, "audit:read");
  const [record] = isUuid(id)
    ? await run<DetailRecord>(
        ctx.db,
        sql`SELECT ${ENTRY_COLUMNS}, e.before, e.after, e.user_agent AS "userAgent" FROM audit_entry e WHERE e.id = ${id}::uuid`,
      )
    : [];
  if (record === undefined) throw notFound("The entry");
  return {
    ...entryRowOf(record),
    before: record.before,
    after: record.after,
    userAgent: record.userAgent,
  };
}
