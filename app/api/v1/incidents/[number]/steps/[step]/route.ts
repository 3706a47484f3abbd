import { defineRoute } from "#app/_lib/define-route.ts";
import { incidentDetail, stepParams } from "#app/_lib/schemas/incidents.ts";
import { stepInput } from "#lib/incidents/input.ts";
import { tickStep } from "#lib/incidents/tick-step.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/incidents/{number}/steps/{step}",
  summary: "Ticks a step of a case off, or takes the tick back",
  permission: "incident:write",
  params: stepParams,
  body: stepInput,
  response: incidentDetail,
  handler: (ctx, { params, body }) => tickStep(ctx, { ...body, ...params }),
});
