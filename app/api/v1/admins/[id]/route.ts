import { defineRoute } from "#app/_lib/define-route.ts";
import { adminRow } from "#app/_lib/schemas/admins.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getAdmin } from "#lib/admins/get-admin.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/admins/{id}",
  summary: "Shows an admin",
  permission: "admin:read",
  params: idParams,
  response: adminRow,
  handler: (ctx, { params }) => getAdmin(ctx, { adminId: params.id }),
});
