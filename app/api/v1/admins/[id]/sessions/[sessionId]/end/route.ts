import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { endAdminSession } from "#lib/admins/end-admin-session.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/admins/{id}/sessions/{sessionId}/end",
  summary: "Ends one session of an admin at once",
  permission: "admin:write",
  params: idParams.extend({ sessionId: z.uuid("is not an id").toLowerCase() }),
  response: z.object({ ended: z.int() }),
  handler: (ctx, { params }) => endAdminSession(ctx, { adminId: params.id, sessionId: params.sessionId }),
});
