import { defineRoute } from "#app/_lib/define-route.ts";
import { blastRadius, numberParams } from "#app/_lib/schemas/incidents.ts";
import { getBlastRadius } from "#lib/incidents/get-blast-radius.ts";
import { readOnRecord } from "#lib/incidents/record-look.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/blast-radius",
  summary: "Shows what the tokens of a case open, and what else hangs on them; the look is on record",
  permission: "incident:read",
  params: numberParams,
  response: blastRadius,
  handler: (ctx, { params }) => readOnRecord(ctx, params.number, getBlastRadius),
});
