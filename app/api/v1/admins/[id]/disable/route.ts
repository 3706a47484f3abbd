import { defineRoute } from "#app/_lib/define-route.ts";
import { adminRow } from "#app/_lib/schemas/admins.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { disableAdmin } from "#lib/admins/disable-admin.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/admins/{id}/disable",
  summary: "Shuts an admin out and ends their sessions",
  permission: "admin:write",
  stepUp: "roles",
  shutsOut: true,
  params: idParams,
  response: adminRow,
  handler: (ctx, { params }) => disableAdmin(ctx, { adminId: params.id }),
});
