import { defineRoute } from "#app/_lib/define-route.ts";
import { keyPolicy, purposeParams } from "#app/_lib/schemas/keys.ts";
import { changeKeyPolicy } from "#lib/keys/change-key-policy.ts";
import { keyPolicyInput } from "#lib/keys/input.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/key-policies/{purpose}",
  summary:
    "Changes how often the key of a purpose is replaced by itself while it has an algorithm; `version` is the policy's",
  description: "Without `algorithm` it is the policy of the algorithm that signs now.",
  permission: "key:rotate",
  stepUp: "keys",
  params: purposeParams,
  body: keyPolicyInput,
  response: keyPolicy,
  handler: (ctx, { params, body }) => changeKeyPolicy(ctx, { ...body, ...params }),
});
