import { defineRoute } from "#app/_lib/define-route.ts";
import { factors } from "#app/_lib/schemas/factors.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { listFactorsOf } from "#lib/passkeys/list-factors.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/admins/{id}/factors",
  summary: "Lists with what an admin comes in: passkeys, authenticator app, recovery codes left",
  permission: "admin:read",
  params: idParams,
  response: factors,
  handler: (ctx, { params }) => listFactorsOf(ctx, { adminId: params.id }),
});
