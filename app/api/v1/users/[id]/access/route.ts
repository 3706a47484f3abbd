import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { userAccess } from "#app/_lib/schemas/user-access.ts";
import { getUserAccess } from "#lib/sign-on/get-user-access.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/users/{id}/access",
  summary: "Tells where a user is signed in, and which clients may act for them",
  permission: "user:read",
  params: idParams,
  response: userAccess,
  handler: (ctx, { params }) => getUserAccess(ctx, { userId: params.id }),
});
