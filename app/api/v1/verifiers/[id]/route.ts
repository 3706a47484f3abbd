import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { verifierDetail } from "#app/_lib/schemas/verifiers.ts";
import { getVerifier } from "#lib/verifiers/get-verifier.ts";
import { updateVerifierInput } from "#lib/verifiers/input.ts";
import { updateVerifier } from "#lib/verifiers/update-verifier.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/verifiers/{id}",
  summary: "Reads one verifier",
  permission: "verifier:read",
  params: idParams,
  response: verifierDetail,
  handler: (ctx, { params }) => getVerifier(ctx, { verifierId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/verifiers/{id}",
  summary:
    "Changes one verifier; `version` is the one that was read, another one's change is refused with 409",
  permission: "verifier:write",
  params: idParams,
  body: updateVerifierInput,
  response: verifierDetail,
  handler: (ctx, { params, body }) => updateVerifier(ctx, { ...body, verifierId: params.id }),
});
