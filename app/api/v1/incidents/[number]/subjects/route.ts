import { defineRoute } from "#app/_lib/define-route.ts";
import { incidentDetail, numberParams } from "#app/_lib/schemas/incidents.ts";
import { addSubjects } from "#lib/incidents/add-subjects.ts";
import { subjectsInput } from "#lib/incidents/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/incidents/{number}/subjects",
  summary: "Puts more tokens, families, users or clients into a case",
  permission: "incident:write",
  params: numberParams,
  body: subjectsInput,
  response: incidentDetail,
  handler: (ctx, { params, body }) => addSubjects(ctx, { ...body, number: params.number }),
});
