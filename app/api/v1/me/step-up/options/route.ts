import { defineRoute } from "#app/_lib/define-route.ts";
import { stepUpMeans } from "#app/_lib/passkey-means.ts";
import { stepUpOffer } from "#app/_lib/schemas/factors.ts";
import { beginStepUp } from "#lib/step-up/begin-step-up.ts";
import { beginStepUpInput } from "#lib/step-up/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/me/step-up/options",
  summary: "Offers the asking admin the proofs they have that it is them, for one kind of act",
  permission: "signed-in",
  body: beginStepUpInput,
  shownOnce: ["passkey"],
  response: stepUpOffer,
  handler: (ctx, { body }) => beginStepUp(ctx, body, stepUpMeans()),
});
