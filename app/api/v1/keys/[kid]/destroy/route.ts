import { defineRoute } from "#app/_lib/define-route.ts";
import { kidParams, rotationResult } from "#app/_lib/schemas/keys.ts";
import { destroyKey } from "#lib/keys/destroy-key.ts";
import { changeKeyInput } from "#lib/keys/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/keys/{kid}/destroy",
  summary: "Takes the private half of a retired or compromised key out of the database, for good",
  description: "The public half stays, for the evidence.",
  permission: "key:revoke",
  stepUp: "keys",
  params: kidParams,
  body: changeKeyInput,
  response: rotationResult,
  handler: (ctx, { params, body }) => destroyKey(ctx, { ...params, ...body }),
});
