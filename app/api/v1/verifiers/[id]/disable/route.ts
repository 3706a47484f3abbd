import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { verifierDetail } from "#app/_lib/schemas/verifiers.ts";
import { disableVerifier } from "#lib/verifiers/disable-verifier.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/verifiers/{id}/disable",
  summary: "Stops a verifier: the authority answers it nothing",
  permission: "verifier:write",
  params: idParams,
  response: verifierDetail,
  handler: (ctx, { params }) => disableVerifier(ctx, { verifierId: params.id }),
});
