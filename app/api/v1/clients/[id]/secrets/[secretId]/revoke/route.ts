import { defineRoute } from "#app/_lib/define-route.ts";
import { clientDetail } from "#app/_lib/schemas/clients.ts";
import { secretParams } from "#app/_lib/schemas/secrets.ts";
import { revokeClientSecret } from "#lib/clients/revoke-client-secret.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/clients/{id}/secrets/{secretId}/revoke",
  summary: "Ends one secret of a client at once; its others go on",
  permission: "client:write",
  params: secretParams,
  response: clientDetail,
  handler: (ctx, { params }) => revokeClientSecret(ctx, { clientId: params.id, secretId: params.secretId }),
});
