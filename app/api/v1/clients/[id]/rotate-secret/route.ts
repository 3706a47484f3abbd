import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { clientDetail } from "#app/_lib/schemas/clients.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { rotateClientSecretInput } from "#lib/clients/input.ts";
import { rotateClientSecret } from "#lib/clients/rotate-client-secret.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/clients/{id}/rotate-secret",
  summary: "Gives a client a new secret, in this answer alone; earlier ones end after `overlapSeconds`",
  permission: "client:write",
  params: idParams,
  body: rotateClientSecretInput,
  shownOnce: ["secret"],
  response: z.object({ client: clientDetail, secret: z.string() }),
  handler: (ctx, { params, body }) => rotateClientSecret(ctx, { ...body, clientId: params.id }),
});
