import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { userDetail } from "#app/_lib/schemas/users.ts";
import { enableUser } from "#lib/users/enable-user.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/users/{id}/enable",
  summary: "Lets a disabled user sign in again; no token comes back",
  permission: "user:write",
  params: idParams,
  response: userDetail,
  handler: (ctx, { params }) => enableUser(ctx, { userId: params.id }),
});
