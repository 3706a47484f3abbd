import { defineRoute } from "#app/_lib/define-route.ts";
import { keySettings } from "#app/_lib/schemas/keys.ts";
import { changeKeySettings } from "#lib/keys/change-key-settings.ts";
import { getKeySettings } from "#lib/keys/get-key-settings.ts";
import { keySettingsInput } from "#lib/keys/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/key-settings",
  summary: "Shows how long the JWKS may be kept, and a replaced key stays in it",
  permission: "key:read",
  response: keySettings,
  handler: (ctx) => getKeySettings(ctx),
});

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/key-settings",
  summary:
    "Changes how long the JWKS may be kept, and a replaced key stays in it; `version` is the organisation's",
  description:
    "A shorter cache time holds for what is given out from now on; until `cachedUntil` a rotation waits for caches that were told the longer one. A longer stay holds for keys that are replaced from now on.",
  permission: "key:rotate",
  stepUp: "keys",
  body: keySettingsInput,
  response: keySettings,
  handler: (ctx, { body }) => changeKeySettings(ctx, body),
});
