import { defineRoute } from "#app/_lib/define-route.ts";
import { notificationWebhook } from "#app/_lib/schemas/notifications.ts";
import { versionInput } from "#lib/notifications/input.ts";
import { removeNotificationWebhook } from "#lib/notifications/save-webhook.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/notification-webhook/remove",
  summary: "Takes the webhook of notifications and its key away; `version` is the one that was read",
  permission: "notification-settings:write",
  stepUp: "streams",
  body: versionInput,
  response: notificationWebhook,
  handler: (ctx, { body }) => removeNotificationWebhook(ctx, body),
});
