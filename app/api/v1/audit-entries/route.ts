import { defineRoute } from "#app/_lib/define-route.ts";
import { auditEntryRow, logPageOf } from "#app/_lib/schemas/audit.ts";
import { listAuditEntries } from "#lib/audit/list-audit-entries.ts";
import { auditEntriesTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/audit-entries",
  summary: "Lists admin acts, refused ones among them, newest first",
  permission: "audit:read",
  list: auditEntriesTable,
  response: logPageOf(auditEntryRow),
  handler: (ctx, { list }) => listAuditEntries(ctx, list),
});
