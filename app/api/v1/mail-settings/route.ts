import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { mailSettings } from "#app/_lib/schemas/mail.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { getMailSettings } from "#lib/mail/get-mail-settings.ts";
import { saveMailSettingsInput } from "#lib/mail/input.ts";
import { saveMailSettings } from "#lib/mail/save-mail-settings.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/mail-settings",
  summary: "Reads by which server e-mail leaves, without its password",
  permission: "organisation:read",
  response: mailSettings,
  handler: (ctx) => getMailSettings(ctx),
});

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/mail-settings",
  summary: "Says by which server e-mail leaves; `version` is the one that was read",
  description: "A `password` that is left out stays, unless host, port or user are others.",
  permission: "mail-settings:write",
  stepUp: "streams",
  body: saveMailSettingsInput,
  response: mailSettings,
  handler: (ctx, { body }) => saveMailSettings(ctx, body, { outbound: getOutbound(), wrapper: keyWrapper() }),
});
