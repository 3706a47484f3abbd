import { defineRoute } from "#app/_lib/define-route.ts";
import { incidentDetail, numberParams } from "#app/_lib/schemas/incidents.ts";
import { getIncident } from "#lib/incidents/get-incident.ts";
import { updateIncidentInput } from "#lib/incidents/input.ts";
import { updateIncident } from "#lib/incidents/update-incident.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}",
  summary: "Shows a case; the look is on record",
  permission: "incident:read",
  params: numberParams,
  response: incidentDetail,
  handler: (ctx, { params }) => getIncident(ctx, params.number),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/incidents/{number}",
  summary: "Changes a case's title, severity, state or window",
  description: "`compromisedFrom` null goes back to what the log suggests.",
  permission: "incident:write",
  params: numberParams,
  body: updateIncidentInput,
  response: incidentDetail,
  handler: (ctx, { params, body }) => updateIncident(ctx, { ...body, number: params.number }),
});
