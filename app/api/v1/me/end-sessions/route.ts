import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { endAdminSessions } from "#lib/admins/end-admin-sessions.ts";
import { DomainError } from "#lib/errors.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/me/end-sessions",
  summary: "Ends every session of the asking admin but this one",
  permission: "signed-in",
  response: z.object({ ended: z.int() }),
  handler: async (ctx) => {
    if (ctx.actor.kind !== "admin") throw new DomainError("CONFLICT", "An API token has no sessions.");
    return endAdminSessions(ctx, { adminId: ctx.actor.id });
  },
});
