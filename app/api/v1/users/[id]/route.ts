import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { userDetail } from "#app/_lib/schemas/users.ts";
import { getUser } from "#lib/users/get-user.ts";
import { updateUserInput } from "#lib/users/input.ts";
import { updateUser } from "#lib/users/update-user.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/users/{id}",
  summary: "Reads one user",
  permission: "user:read",
  params: idParams,
  response: userDetail,
  handler: (ctx, { params }) => getUser(ctx, { userId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/users/{id}",
  summary: "Changes one user; `version` is the one that was read, another one's change is refused with 409",
  permission: "user:write",
  params: idParams,
  body: updateUserInput,
  response: userDetail,
  handler: (ctx, { params, body }) => updateUser(ctx, { ...body, userId: params.id }),
});
