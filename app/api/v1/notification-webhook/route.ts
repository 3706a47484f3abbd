import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { notificationWebhook, savedWebhook } from "#app/_lib/schemas/notifications.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { saveWebhookInput } from "#lib/notifications/input.ts";
import { saveNotificationWebhook } from "#lib/notifications/save-webhook.ts";
import { getNotificationWebhook } from "#lib/notifications/webhook-record.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/notification-webhook",
  summary: "Reads where notifications are sent, how far that is behind, and what failed last",
  permission: "organisation:read",
  response: notificationWebhook,
  handler: (ctx) => getNotificationWebhook(ctx),
});

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/notification-webhook",
  summary: "Says where notifications are sent, and which; `version` is the one that was read",
  description:
    "Batches of JSON lines by POST, at least once each, signed as Standard Webhooks has it. The key of the signatures is in the answer that made it, and in no other.",
  permission: "notification-settings:write",
  stepUp: "streams",
  runBy: "requester",
  body: saveWebhookInput,
  shownOnce: ["secret"],
  response: savedWebhook,
  handler: (ctx, { body }) =>
    saveNotificationWebhook(ctx, body, { outbound: getOutbound(), wrapper: keyWrapper() }),
});
