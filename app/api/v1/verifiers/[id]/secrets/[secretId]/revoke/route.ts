import { defineRoute } from "#app/_lib/define-route.ts";
import { secretParams } from "#app/_lib/schemas/secrets.ts";
import { verifierDetail } from "#app/_lib/schemas/verifiers.ts";
import { revokeVerifierSecret } from "#lib/verifiers/revoke-verifier-secret.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/verifiers/{id}/secrets/{secretId}/revoke",
  summary: "Ends one secret of a verifier at once; its others go on",
  permission: "verifier:write",
  params: secretParams,
  response: verifierDetail,
  handler: (ctx, { params }) =>
    revokeVerifierSecret(ctx, { verifierId: params.id, secretId: params.secretId }),
});
