import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { userDetail } from "#app/_lib/schemas/users.ts";
import { setUserPasswordInput } from "#lib/users/input.ts";
import { setUserPassword } from "#lib/users/set-user-password.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/users/{id}/password",
  summary: "Sets a user's password and ends their sign-on sessions",
  permission: "user:write",
  params: idParams,
  body: setUserPasswordInput,
  response: userDetail,
  handler: (ctx, { params, body }) => setUserPassword(ctx, { ...body, userId: params.id }),
});
