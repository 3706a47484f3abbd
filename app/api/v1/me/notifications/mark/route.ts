import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { markNotificationsInput } from "#lib/notifications/input.ts";
import { markNotifications } from "#lib/notifications/mark-notifications.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/me/notifications/mark",
  summary: "Marks the asking admin's own notifications as read, or as not read again",
  description: "Some by `ids`, or all of them `upTo` one. Those of others are passed over.",
  permission: "signed-in",
  body: markNotificationsInput,
  response: z.object({ unread: z.int() }),
  handler: (ctx, { body }) => markNotifications(ctx, body),
});
