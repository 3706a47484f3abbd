import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { verifierDetail } from "#app/_lib/schemas/verifiers.ts";
import { rotateVerifierSecret } from "#lib/verifiers/rotate-verifier-secret.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/verifiers/{id}/rotate-secret",
  summary: "Gives a verifier a new secret, in this answer alone; the earlier one ends now",
  permission: "verifier:write",
  params: idParams,
  response: z.object({ verifier: verifierDetail, secret: z.string() }),
  handler: (ctx, { params }) => rotateVerifierSecret(ctx, { verifierId: params.id }),
});
