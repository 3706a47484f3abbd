import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { verifierDetail } from "#app/_lib/schemas/verifiers.ts";
import { enableVerifier } from "#lib/verifiers/enable-verifier.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/verifiers/{id}/enable",
  summary: "Lets a disabled verifier ask again",
  permission: "verifier:write",
  params: idParams,
  response: verifierDetail,
  handler: (ctx, { params }) => enableVerifier(ctx, { verifierId: params.id }),
});
