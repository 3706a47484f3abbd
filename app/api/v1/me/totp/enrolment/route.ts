import { defineRoute } from "#app/_lib/define-route.ts";
import { totpOffer } from "#app/_lib/schemas/admins.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { beginTotpReplacement } from "#lib/admins/begin-totp-replacement.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/me/totp/enrolment",
  summary:
    "Offers the asking admin another authenticator app; the one they have works until the new one is proven",
  permission: "signed-in",
  stepUp: "own-factors",
  shownOnce: ["enrolment", "totpSecret", "otpauthUrl"],
  response: totpOffer,
  handler: (ctx) => beginTotpReplacement(ctx, keyWrapper()),
});
