import { defineRoute } from "#app/_lib/define-route.ts";
import { passkeyMeans } from "#app/_lib/passkey-means.ts";
import { passkeyOffer } from "#app/_lib/schemas/factors.ts";
import { beginPasskeyRegistration } from "#lib/passkeys/begin-registration.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/me/passkeys/options",
  summary:
    "Offers the asking admin a passkey to be made by the browser; five minutes, for this session alone",
  permission: "signed-in",
  stepUp: "own-factors",
  shownOnce: ["options", "challenge"],
  response: passkeyOffer,
  handler: (ctx) => beginPasskeyRegistration(ctx, passkeyMeans()),
});
