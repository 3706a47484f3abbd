import { defineRoute } from "#app/_lib/define-route.ts";
import { incidentTokens, numberParams } from "#app/_lib/schemas/incidents.ts";
import { getIncidentTokens } from "#lib/incidents/get-incident-tokens.ts";
import { readOnRecord } from "#lib/incidents/record-look.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/tokens",
  summary: "Shows the tokens of a case: those that were named, and their families; the look is on record",
  permission: "incident:read",
  params: numberParams,
  response: incidentTokens,
  handler: (ctx, { params }) => readOnRecord(ctx, params.number, getIncidentTokens),
});
