import { defineRoute } from "#app/_lib/define-route.ts";
import { activityRow, logPageOf } from "#app/_lib/schemas/audit.ts";
import { listActivity } from "#lib/audit/list-activity.ts";
import { activityTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/activity",
  summary: "Lists uses and admin acts in one order of time; with `token`, that token's whole story",
  permission: "audit:read",
  list: activityTable,
  response: logPageOf(activityRow),
  handler: (ctx, { list }) => listActivity(ctx, list),
});
