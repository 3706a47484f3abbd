import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { replaceTotpInput } from "#lib/admins/input.ts";
import { removeTotp } from "#lib/admins/remove-totp.ts";
import { replaceTotp } from "#lib/admins/replace-totp.ts";

const ended = z.object({ endedSessions: z.int() });

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/me/totp",
  summary:
    "Takes the offered authenticator app in place of the one before; the asking admin's other sessions end",
  permission: "signed-in",
  stepUp: "own-factors",
  body: replaceTotpInput,
  response: ended,
  handler: (ctx, { body }) => replaceTotp(ctx, body, keyWrapper()),
});

export const DELETE = defineRoute({
  method: "DELETE",
  path: "/api/v1/me/totp",
  summary:
    "Takes the asking admin's authenticator app away where a passkey is left; their other sessions end",
  permission: "signed-in",
  stepUp: "own-factors",
  response: ended,
  handler: (ctx) => removeTotp(ctx),
});
