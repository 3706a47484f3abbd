import { defineRoute } from "#app/_lib/define-route.ts";
import { emergencyResult, kidParams } from "#app/_lib/schemas/keys.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { compromiseKey } from "#lib/keys/compromise-key.ts";
import { emergencyInput } from "#lib/keys/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/keys/{kid}/emergency",
  summary: "Declares a key compromised: another signs at once, and every token that it signed is refused",
  description:
    "By a plan of `POST /api/v1/keys/{kid}/emergency-plan`, with `confirm` as it asks. Key and order change in one transaction, for good.",
  permission: "key:revoke",
  stepUp: "keys",
  refusals: [410],
  params: kidParams,
  body: emergencyInput,
  response: emergencyResult,
  handler: (ctx, { params, body }) => compromiseKey(ctx, keyWrapper(), { ...body, ...params }),
});
