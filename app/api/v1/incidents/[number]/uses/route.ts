import { defineRoute } from "#app/_lib/define-route.ts";
import { incidentUses, numberParams } from "#app/_lib/schemas/incidents.ts";
import { getIncidentUses } from "#lib/incidents/get-incident-uses.ts";
import { readOnRecord } from "#lib/incidents/record-look.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/uses",
  summary:
    "Shows the uses of a case's tokens, and the acts of API tokens that leaked into it, before, during and after; the look is on record",
  permission: "incident:read",
  params: numberParams,
  response: incidentUses,
  handler: (ctx, { params }) => readOnRecord(ctx, params.number, getIncidentUses),
});
