import { defineRoute } from "#app/_lib/define-route.ts";
import { revokedApiToken } from "#app/_lib/schemas/api-tokens.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { revokeApiToken } from "#lib/api-tokens/revoke-api-token.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/api-tokens/{id}/revoke",
  summary: "Ends an API token at once, with the API tokens and open invitations that were made with it",
  permission: "api-token:write",
  params: idParams,
  response: revokedApiToken,
  handler: (ctx, { params }) => revokeApiToken(ctx, { apiTokenId: params.id }),
});
