import { defineRoute } from "#app/_lib/define-route.ts";
import { stepUpMeans } from "#app/_lib/passkey-means.ts";
import { provenStepUp } from "#app/_lib/schemas/factors.ts";
import { proveStepUpInput } from "#lib/step-up/input.ts";
import { proveStepUp } from "#lib/step-up/prove-step-up.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/me/step-up",
  summary:
    "Takes a proof that it is the asking admin, good in this session for ten minutes and one kind of act",
  description:
    "A code of the authenticator app that was not used before, or a passkey over the offered challenge.",
  permission: "signed-in",
  body: proveStepUpInput,
  refusals: [410],
  response: provenStepUp,
  handler: (ctx, { body }) => proveStepUp(ctx, body, stepUpMeans()),
});
