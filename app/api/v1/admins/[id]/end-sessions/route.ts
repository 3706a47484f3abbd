import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { endAdminSessions } from "#lib/admins/end-admin-sessions.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/admins/{id}/end-sessions",
  summary: "Ends every session of an admin",
  permission: "admin:write",
  params: idParams,
  response: z.object({ ended: z.int() }),
  handler: (ctx, { params }) => endAdminSessions(ctx, { adminId: params.id }),
});
