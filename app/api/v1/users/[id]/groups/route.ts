import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { userDetail } from "#app/_lib/schemas/users.ts";
import { setUserGroupsInput } from "#lib/users/input.ts";
import { setUserGroups } from "#lib/users/set-user-groups.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/users/{id}/groups",
  summary:
    "Puts a user into exactly these groups; `version` is the one that was read, another one's change is refused with 409",
  permission: "user:write",
  params: idParams,
  body: setUserGroupsInput,
  response: userDetail,
  handler: (ctx, { params, body }) => setUserGroups(ctx, { ...body, userId: params.id }),
});
