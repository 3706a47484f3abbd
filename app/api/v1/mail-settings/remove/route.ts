import { defineRoute } from "#app/_lib/define-route.ts";
import { mailSettings } from "#app/_lib/schemas/mail.ts";
import { stopMailInput } from "#lib/mail/input.ts";
import { stopMail } from "#lib/mail/stop-mail.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/mail-settings/remove",
  summary: "Takes the mail server and its password away: no e-mail leaves any more",
  permission: "mail-settings:write",
  stepUp: "streams",
  body: stopMailInput,
  response: mailSettings,
  handler: (ctx, { body }) => stopMail(ctx, body),
});
