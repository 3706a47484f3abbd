import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { countryOf } from "#app/_lib/places.ts";
import { adminSessionRow } from "#app/_lib/schemas/factors.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { listSessionsOf } from "#lib/admins/list-sessions.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/admins/{id}/sessions",
  summary: "Lists an admin's live sessions, the newest first",
  permission: "admin:read",
  params: idParams,
  response: z.object({ rows: z.array(adminSessionRow) }),
  handler: async (ctx, { params }) => ({
    rows: await listSessionsOf(ctx, { adminId: params.id }, countryOf),
  }),
});
