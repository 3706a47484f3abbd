import { defineRoute } from "#app/_lib/define-route.ts";
import { notificationPage } from "#app/_lib/schemas/notifications.ts";
import { notificationsQuery } from "#lib/notifications/input.ts";
import { listNotifications } from "#lib/notifications/list-notifications.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/me/notifications",
  summary: "Lists what the asking admin was told of, the newest first, with how many are unread",
  description: "`unread` is counted up to 100. What their role may not see any more is not in it.",
  permission: "signed-in",
  query: notificationsQuery,
  refusals: [409],
  response: notificationPage,
  handler: (ctx, { query }) => listNotifications(ctx, query),
});
