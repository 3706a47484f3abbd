import { defineRoute } from "#app/_lib/define-route.ts";
import { kidParams, rotationResult } from "#app/_lib/schemas/keys.ts";
import { activateKey } from "#lib/keys/activate-key.ts";
import { changeKeyInput } from "#lib/keys/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/keys/{kid}/activate",
  summary: "Lets a standby key sign before its time",
  description: "Refused with 409, which names the instant, while a JWKS without the key may be in a cache.",
  permission: "key:rotate",
  stepUp: "keys",
  params: kidParams,
  body: changeKeyInput,
  response: rotationResult,
  handler: (ctx, { params, body }) => activateKey(ctx, { ...params, ...body }),
});
