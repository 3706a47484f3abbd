import { defineRoute } from "#app/_lib/define-route.ts";
import { notificationDefaults } from "#app/_lib/schemas/notifications.ts";
import { saveDefaultsInput } from "#lib/notifications/input.ts";
import {
  getNotificationDefaults,
  saveNotificationDefaults,
} from "#lib/notifications/notification-settings.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/notification-settings",
  summary: "Reads what admins are told of unless they want it otherwise",
  permission: "organisation:read",
  response: notificationDefaults,
  handler: (ctx) => getNotificationDefaults(ctx),
});

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/notification-settings",
  summary: "Says what admins are told of unless they want it otherwise; `version` is the one that was read",
  description: "By kind and channel; what is not named is as it comes.",
  permission: "notification-settings:write",
  stepUp: "streams",
  body: saveDefaultsInput,
  response: notificationDefaults,
  handler: (ctx, { body }) => saveNotificationDefaults(ctx, body),
});
