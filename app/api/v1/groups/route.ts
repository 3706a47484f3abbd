import { defineRoute } from "#app/_lib/define-route.ts";
import { groupDetail, groupRow } from "#app/_lib/schemas/groups.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { createGroup } from "#lib/groups/create-group.ts";
import { createGroupInput } from "#lib/groups/input.ts";
import { listGroups } from "#lib/groups/list-groups.ts";
import { GROUPS_TABLE } from "#lib/groups/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/groups",
  summary: "Lists groups",
  permission: "group:read",
  list: GROUPS_TABLE,
  response: pageOf(groupRow),
  handler: (ctx, { list }) => listGroups(ctx, list),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/groups",
  summary: "Makes a group",
  permission: "group:write",
  body: createGroupInput,
  status: 201,
  location: ({ id }) => `/api/v1/groups/${id}`,
  response: groupDetail,
  handler: (ctx, { body }) => createGroup(ctx, body),
});
