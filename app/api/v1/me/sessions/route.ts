import { defineRoute } from "#app/_lib/define-route.ts";
import { countryOf } from "#app/_lib/places.ts";
import { adminSessions } from "#app/_lib/schemas/factors.ts";
import { listOwnSessions } from "#lib/admins/list-sessions.ts";
import { SESSIONS_SHOWN } from "#lib/admins/model.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/me/sessions",
  summary: "Lists the asking admin's live sessions: the asking one, then the newest",
  description: `The first ${SESSIONS_SHOWN}; \`total\` counts all.`,
  permission: "signed-in",
  refusals: [409],
  response: adminSessions,
  handler: (ctx) => listOwnSessions(ctx, countryOf),
});
