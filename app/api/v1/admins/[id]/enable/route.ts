import { defineRoute } from "#app/_lib/define-route.ts";
import { adminRow } from "#app/_lib/schemas/admins.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { enableAdmin } from "#lib/admins/enable-admin.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/admins/{id}/enable",
  summary: "Lets a disabled admin sign in again",
  permission: "admin:write",
  stepUp: "roles",
  params: idParams,
  response: adminRow,
  handler: (ctx, { params }) => enableAdmin(ctx, { adminId: params.id }),
});
