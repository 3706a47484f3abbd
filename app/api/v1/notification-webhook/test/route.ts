import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { notificationWebhook } from "#app/_lib/schemas/notifications.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { testNotificationWebhook } from "#lib/notifications/test-webhook.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/notification-webhook/test",
  summary: "Sends one marked test notification at once and tells what was answered",
  permission: "notification-settings:write",
  refusals: [429],
  response: z.object({ webhook: notificationWebhook, isTaken: z.boolean(), answer: z.string() }),
  handler: (ctx) => testNotificationWebhook(ctx, { outbound: getOutbound(), wrapper: keyWrapper() }),
});
