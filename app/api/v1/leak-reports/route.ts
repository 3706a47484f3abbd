import { defineRoute } from "#app/_lib/define-route.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { leakReportRow } from "#app/_lib/schemas/scanners.ts";
import { listLeakReports } from "#lib/scanners/list-leak-reports.ts";
import { LEAK_REPORTS_TABLE } from "#lib/scanners/reports-table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/leak-reports",
  summary: "Lists what scanners reported, newest first, with what was done and the case of each",
  permission: "incident:read",
  list: LEAK_REPORTS_TABLE,
  response: pageOf(leakReportRow),
  handler: (ctx, { list }) => listLeakReports(ctx, list),
});
