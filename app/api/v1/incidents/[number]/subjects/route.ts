import { defineRoute } from "#app/_lib/define-route.ts";
import { incidentDetail, numberParams } from "#app/_lib/schemas/incidents.ts";
import { addSubjects } from "#lib/incidents/add-subjects.ts";
import { addSubjectsInput } from "#lib/incidents/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/incidents/{number}/subjects",
  summary: "Puts more tokens, families, users or clients into a case",
  description:
    "What is in it already stays as it is. The case's version rises; with `version` it is refused for whoever has not seen the newest.",
  permission: "incident:write",
  params: numberParams,
  body: addSubjectsInput,
  response: incidentDetail,
  handler: (ctx, { params, body }) => addSubjects(ctx, { ...body, number: params.number }),
});
