import { defineRoute } from "#app/_lib/define-route.ts";
import { passkeyMeans } from "#app/_lib/passkey-means.ts";
import { passkeyRow } from "#app/_lib/schemas/factors.ts";
import { registerPasskeyInput } from "#lib/passkeys/input.ts";
import { registerPasskey } from "#lib/passkeys/register-passkey.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/me/passkeys",
  summary: "Adds the passkey that the browser made; the asking admin's other sessions end",
  permission: "signed-in",
  stepUp: "own-factors",
  body: registerPasskeyInput,
  status: 201,
  location: () => "/api/v1/me/factors",
  refusals: [410],
  response: passkeyRow,
  handler: (ctx, { body }) => registerPasskey(ctx, body, passkeyMeans()),
});
