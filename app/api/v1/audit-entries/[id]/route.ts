import { defineRoute } from "#app/_lib/define-route.ts";
import { auditEntryDetail } from "#app/_lib/schemas/audit.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getAuditEntry } from "#lib/audit/get-audit-entry.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/audit-entries/{id}",
  summary: "Shows one admin act with what it changed",
  permission: "audit:read",
  params: idParams,
  response: auditEntryDetail,
  handler: (ctx, { params }) => getAuditEntry(ctx, params.id),
});
