import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { tokenDetail } from "#app/_lib/schemas/tokens.ts";
import { getToken } from "#lib/tokens/get-token.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/tokens/{id}",
  summary: "Shows one token: what was signed, its orders, its family, and who can still accept it",
  permission: "token:read",
  refusals: [410],
  params: idParams,
  response: tokenDetail,
  handler: (ctx, { params }) => getToken(ctx, params.id),
});
