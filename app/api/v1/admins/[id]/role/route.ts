import { defineRoute } from "#app/_lib/define-route.ts";
import { adminRow } from "#app/_lib/schemas/admins.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { changeAdminRole } from "#lib/admins/change-admin-role.ts";
import { changeAdminRoleInput } from "#lib/admins/input.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/admins/{id}/role",
  summary: "Gives an admin another role and ends their sessions",
  permission: "admin:write",
  stepUp: "roles",
  params: idParams,
  body: changeAdminRoleInput,
  response: adminRow,
  handler: (ctx, { params, body }) => changeAdminRole(ctx, { ...body, adminId: params.id }),
});
