import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { leakReportRow } from "#app/_lib/schemas/scanners.ts";
import { leakReportsQuery } from "#lib/scanners/input.ts";
import { listLeakReports } from "#lib/scanners/list-leak-reports.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/leak-reports",
  summary: "Lists what scanners reported, newest first, with what was done and the case of each",
  permission: "incident:read",
  query: leakReportsQuery,
  response: z.object({ rows: z.array(leakReportRow), next: z.uuid().nullable() }),
  handler: (ctx, { query }) => listLeakReports(ctx, query),
});
