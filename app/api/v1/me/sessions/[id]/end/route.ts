import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { endAdminSession } from "#lib/admins/end-admin-session.ts";
import { requireAdmin } from "#lib/authz/require-admin.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/me/sessions/{id}/end",
  summary: "Ends one session of the asking admin at once",
  permission: "signed-in",
  params: idParams,
  response: z.object({ ended: z.int() }),
  handler: (ctx, { params }) => endAdminSession(ctx, { adminId: requireAdmin(ctx).id, sessionId: params.id }),
});
