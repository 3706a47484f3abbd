import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { verifierInstances } from "#app/_lib/schemas/verifiers.ts";
import { getVerifierInstances } from "#lib/verifiers/get-verifier-instances.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/verifiers/{id}/instances",
  summary:
    "Lists the processes that check tokens for a verifier: how far each is in the feed, what it counted and lost",
  permission: "verifier:read",
  params: idParams,
  response: verifierInstances,
  handler: (ctx, { params }) => getVerifierInstances(ctx, { verifierId: params.id }),
});
