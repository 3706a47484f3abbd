import { defineRoute } from "#app/_lib/define-route.ts";
import { instanceParams, verifierInstances } from "#app/_lib/schemas/verifiers.ts";
import { endVerifierInstance } from "#lib/verifiers/end-verifier-instance.ts";
import { getVerifierInstances } from "#lib/verifiers/get-verifier-instances.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/verifiers/{id}/instances/{instanceId}/end",
  summary:
    "Puts on record that a process has ended, so that no order waits for it; 409 for one that is heard of",
  permission: "verifier:write",
  params: instanceParams,
  response: verifierInstances,
  handler: async (ctx, { params }) => {
    await endVerifierInstance(ctx, { verifierId: params.id, instanceId: params.instanceId });
    return getVerifierInstances(ctx, { verifierId: params.id });
  },
});
