import { defineRoute } from "#app/_lib/define-route.ts";
import { groupDetail } from "#app/_lib/schemas/groups.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getGroup } from "#lib/groups/get-group.ts";
import { updateGroupInput } from "#lib/groups/input.ts";
import { updateGroup } from "#lib/groups/update-group.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/groups/{id}",
  summary: "Reads one group",
  permission: "group:read",
  params: idParams,
  response: groupDetail,
  handler: (ctx, { params }) => getGroup(ctx, { groupId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/groups/{id}",
  summary: "Changes one group; `version` is the one that was read, another one's change is refused with 409",
  permission: "group:write",
  params: idParams,
  body: updateGroupInput,
  response: groupDetail,
  handler: (ctx, { params, body }) => updateGroup(ctx, { ...body, groupId: params.id }),
});
