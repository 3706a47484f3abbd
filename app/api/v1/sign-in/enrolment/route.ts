import { defineRoute } from "#app/_lib/define-route.ts";
import { totpOffer } from "#app/_lib/schemas/admins.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { beginSignInEnrolment } from "#lib/admins/begin-sign-in-enrolment.ts";
import { beginSignInEnrolmentInput } from "#lib/admins/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/sign-in/enrolment",
  summary: "Offers an account that has a password alone its second factor; counts as a sign-in attempt",
  permission: "public",
  refusals: [401, 429],
  body: beginSignInEnrolmentInput,
  response: totpOffer,
  handler: (ctx, { body }) => beginSignInEnrolment(ctx, body, keyWrapper()),
});
