import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { incidentRow, numberParams } from "#app/_lib/schemas/incidents.ts";
import { listOtherCases } from "#lib/incidents/list-other-cases.ts";
import { readOnRecord } from "#lib/incidents/record-look.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/other-cases",
  summary: "Lists the newest other cases that hold tokens of a case; the look is on record",
  description: "Closed ones too, ten at most.",
  permission: "incident:read",
  params: numberParams,
  response: z.object({ rows: z.array(incidentRow) }),
  handler: async (ctx, { params }) => ({ rows: await readOnRecord(ctx, params.number, listOtherCases) }),
});
