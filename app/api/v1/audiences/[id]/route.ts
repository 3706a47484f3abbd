import { defineRoute } from "#app/_lib/define-route.ts";
import { audienceRow } from "#app/_lib/schemas/audiences.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getAudience } from "#lib/audiences/get-audience.ts";
import { updateAudienceInput } from "#lib/audiences/input.ts";
import { updateAudience } from "#lib/audiences/update-audience.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/audiences/{id}",
  summary: "Reads one audience",
  permission: "audience:read",
  params: idParams,
  response: audienceRow,
  handler: (ctx, { params }) => getAudience(ctx, { audienceId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/audiences/{id}",
  summary:
    "Changes one audience; `version` is the one that was read, another one's change is refused with 409",
  permission: "audience:write",
  stepUp: {
    kind: "bulk",
    where: "shortening lifetimes ends more than 100 tokens",
  },
  params: idParams,
  refusals: [410],
  body: updateAudienceInput,
  response: audienceRow,
  handler: (ctx, { params, body }) => updateAudience(ctx, { ...body, audienceId: params.id }),
});
