import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { numberParams } from "#app/_lib/schemas/incidents.ts";
import { leakReportRow } from "#app/_lib/schemas/scanners.ts";
import { readOnRecord } from "#lib/incidents/record-look.ts";
import { listReportsOfIncident } from "#lib/scanners/list-leak-reports.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/leak-reports",
  summary: "Lists the newest reports of scanners that are in a case; the look is on record",
  permission: "incident:read",
  params: numberParams,
  response: z.object({ rows: z.array(leakReportRow) }),
  handler: async (ctx, { params }) => ({
    rows: await readOnRecord(ctx, params.number, listReportsOfIncident),
  }),
});
