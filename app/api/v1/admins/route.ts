import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { adminRow, oneTimeLink } from "#app/_lib/schemas/admins.ts";
import { createAdmin } from "#lib/admins/create-admin.ts";
import { createAdminInput } from "#lib/admins/input.ts";
import { listAdmins } from "#lib/admins/list-admins.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/admins",
  summary: "Lists every admin by name",
  permission: "admin:read",
  response: z.object({ rows: z.array(adminRow) }),
  handler: async (ctx) => ({ rows: await listAdmins(ctx) }),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/admins",
  summary: "Invites an admin; the one-time link is in this answer alone",
  permission: "admin:write",
  stepUp: "roles",
  runBy: "requester",
  body: createAdminInput,
  status: 201,
  response: z.object({ admin: adminRow, link: oneTimeLink }),
  handler: (ctx, { body }) => createAdmin(ctx, body),
});
