import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { tokenUseHistogram } from "#app/_lib/schemas/tokens.ts";
import { getTokenUseHistogram } from "#lib/tokens/get-token-use-histogram.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/tokens/{id}/lifeline",
  summary: "Counts a token's uses over its life",
  permission: "audit:read",
  refusals: [410],
  params: idParams,
  response: tokenUseHistogram,
  handler: (ctx, { params }) => getTokenUseHistogram(ctx, params.id),
});
