import { defineRoute } from "#app/_lib/define-route.ts";
import { totpOffer } from "#app/_lib/schemas/admins.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { beginEnrolment } from "#lib/admins/begin-enrolment.ts";
import { beginEnrolmentInput } from "#lib/admins/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/setup/enrolment",
  summary: "Offers the holder of a one-time link a second factor",
  permission: "public",
  refusals: [410],
  body: beginEnrolmentInput,
  response: totpOffer,
  handler: (ctx, { body }) => beginEnrolment(ctx, body, keyWrapper()),
});
