import { defineRoute } from "#app/_lib/define-route.ts";
import { notificationWebhook } from "#app/_lib/schemas/notifications.ts";
import { webhookStatusInput } from "#lib/notifications/input.ts";
import { switchNotificationWebhook } from "#lib/notifications/switch-webhook.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/notification-webhook/status",
  summary: "Pauses the webhook of notifications or lets it go on",
  permission: "notification-settings:write",
  stepUp: "streams",
  body: webhookStatusInput,
  response: notificationWebhook,
  handler: (ctx, { body }) => switchNotificationWebhook(ctx, body),
});
