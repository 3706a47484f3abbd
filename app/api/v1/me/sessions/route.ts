import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { countryOf } from "#app/_lib/places.ts";
import { adminSessionRow } from "#app/_lib/schemas/factors.ts";
import { listOwnSessions } from "#lib/admins/list-sessions.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/me/sessions",
  summary: "Lists the asking admin's live sessions, the newest first",
  permission: "signed-in",
  refusals: [409],
  response: z.object({ rows: z.array(adminSessionRow) }),
  handler: async (ctx) => ({ rows: await listOwnSessions(ctx, countryOf) }),
});
