import { defineRoute } from "#app/_lib/define-route.ts";
import { numberParams } from "#app/_lib/schemas/incidents.ts";
import { incidentNotices } from "#app/_lib/schemas/mail.ts";
import { tellOwnersInput } from "#lib/incidents/input.ts";
import { listNotices } from "#lib/incidents/list-notices.ts";
import { readOnRecord } from "#lib/incidents/record-look.ts";
import { tellOwners } from "#lib/incidents/tell-owners.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/notices",
  summary:
    "Whom a case can tell by e-mail and what of, and who was told with what became of it; the look is on record",
  permission: "incident:read",
  params: numberParams,
  response: incidentNotices,
  handler: (ctx, { params }) => readOnRecord(ctx, params.number, listNotices),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/incidents/{number}/notices",
  summary: "Tells owners of a case's tokens by e-mail, each what was seen of their notice",
  permission: "incident:write",
  params: numberParams,
  body: tellOwnersInput,
  response: incidentNotices,
  handler: (ctx, { params, body }) => tellOwners(ctx, { ...body, number: params.number }),
});
