import type { Context } from "../context.ts";
import type { Page } from "../list-query/define-table.ts";
import type { AuditEntryRow } from "./model.ts";
import type { AuditEntriesQuery } from "./table.ts";

/** One page of admin acts, newest first. Needs `audit:read`. */
export async function listAuditEntries(
  _ctx: Context,
  _query: AuditEntriesQuery,
): Promise<Page<AuditEntryRow>> {
  throw new Error("soon");
}
