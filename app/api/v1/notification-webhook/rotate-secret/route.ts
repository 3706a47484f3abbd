import { defineRoute } from "#app/_lib/define-route.ts";
import { savedWebhook } from "#app/_lib/schemas/notifications.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { rotateWebhookSecret } from "#lib/notifications/switch-webhook.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/notification-webhook/rotate-secret",
  summary: "Makes a new key for the signatures, shown once; the present one signs beside it for a day",
  permission: "notification-settings:write",
  stepUp: "streams",
  runBy: "requester",
  shownOnce: ["secret"],
  response: savedWebhook,
  handler: (ctx) => rotateWebhookSecret(ctx, { wrapper: keyWrapper() }),
});
