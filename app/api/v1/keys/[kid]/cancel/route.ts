import { defineRoute } from "#app/_lib/define-route.ts";
import { kidParams, rotationResult } from "#app/_lib/schemas/keys.ts";
import { cancelKey } from "#lib/keys/cancel-key.ts";
import { changeKeyInput } from "#lib/keys/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/keys/{kid}/cancel",
  summary: "Undoes a planned rotation: the standby key leaves the JWKS",
  description: "Refused with 409 where the key signs already.",
  permission: "key:rotate",
  stepUp: "keys",
  params: kidParams,
  body: changeKeyInput,
  response: rotationResult,
  handler: (ctx, { params, body }) => cancelKey(ctx, { ...params, ...body }),
});
