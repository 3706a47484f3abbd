import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { verifierDetail } from "#app/_lib/schemas/verifiers.ts";
import { rotateVerifierSecretInput } from "#lib/verifiers/input.ts";
import { rotateVerifierSecret } from "#lib/verifiers/rotate-verifier-secret.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/verifiers/{id}/rotate-secret",
  summary: "Gives a verifier a new secret, in this answer alone; earlier ones end after `overlapSeconds`",
  permission: "verifier:write",
  params: idParams,
  body: rotateVerifierSecretInput,
  shownOnce: ["secret"],
  response: z.object({ verifier: verifierDetail, secret: z.string() }),
  handler: (ctx, { params, body }) => rotateVerifierSecret(ctx, { ...body, verifierId: params.id }),
});
