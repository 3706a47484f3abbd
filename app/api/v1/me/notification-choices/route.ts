import { defineRoute } from "#app/_lib/define-route.ts";
import { ownChoices } from "#app/_lib/schemas/notifications.ts";
import { getOwnChoices, saveOwnChoices } from "#lib/notifications/choices.ts";
import { saveChoicesInput } from "#lib/notifications/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/me/notification-choices",
  summary: "Reads what the asking admin is told of, and how",
  permission: "signed-in",
  refusals: [409],
  response: ownChoices,
  handler: (ctx) => getOwnChoices(ctx),
});

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/me/notification-choices",
  summary: "Says what the asking admin wants to be told otherwise than by default",
  description: "What is not named follows the default. What cannot be turned off stays on.",
  permission: "signed-in",
  body: saveChoicesInput,
  response: ownChoices,
  handler: (ctx, { body }) => saveOwnChoices(ctx, body),
});
