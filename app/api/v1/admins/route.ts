import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { adminRow, lookAlike, oneTimeLink } from "#app/_lib/schemas/admins.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { createAdmin } from "#lib/admins/create-admin.ts";
import { createAdminInput } from "#lib/admins/input.ts";
import { listAdmins } from "#lib/admins/list-admins.ts";
import { ADMINS_TABLE } from "#lib/admins/table.ts";
import { pageOfShort } from "#lib/list-query/short-list.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/admins",
  summary: "Lists admins by name",
  permission: "admin:read",
  list: ADMINS_TABLE,
  response: pageOf(adminRow),
  handler: async (ctx, { list }) =>
    pageOfShort(ADMINS_TABLE, list, await listAdmins(ctx), ({ name, email }) => `${name} ${email}`),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/admins",
  summary: "Invites an admin; the one-time link is in this answer alone",
  permission: "admin:write",
  stepUp: "roles",
  runBy: "requester",
  body: createAdminInput,
  refusals: [404],
  status: 201,
  location: ({ admin }) => `/api/v1/admins/${admin.id}`,
  shownOnce: ["link.url"],
  response: z.object({ admin: adminRow, link: oneTimeLink, looksLike: lookAlike.nullable() }),
  handler: (ctx, { body }) => createAdmin(ctx, body),
});
