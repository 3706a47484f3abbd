import { defineRoute } from "#app/_lib/define-route.ts";
import { countryOf } from "#app/_lib/places.ts";
import { adminSessions } from "#app/_lib/schemas/factors.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { listSessionsOf } from "#lib/admins/list-sessions.ts";
import { SESSIONS_SHOWN } from "#lib/admins/model.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/admins/{id}/sessions",
  summary: "Lists an admin's live sessions, the newest first",
  description: `The first ${SESSIONS_SHOWN}; \`total\` counts all.`,
  permission: "admin:read",
  params: idParams,
  response: adminSessions,
  handler: (ctx, { params }) => listSessionsOf(ctx, { adminId: params.id }, countryOf),
});
