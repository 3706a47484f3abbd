import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { clientDetail } from "#app/_lib/schemas/clients.ts";
import { clientOfCaseParams } from "#app/_lib/schemas/incidents.ts";
import { rotateClientSecretInput } from "#lib/clients/input.ts";
import { reissueSecret } from "#lib/incidents/reissue-secret.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/incidents/{number}/clients/{id}/rotate-secret",
  summary: "Gives a client of a case a new secret, in this answer alone, on record in the case",
  description: "As `clients/{id}/rotate-secret` does, for a client that holds tokens of the case.",
  permission: "client:write",
  params: clientOfCaseParams,
  body: rotateClientSecretInput,
  shownOnce: ["secret"],
  response: z.object({ client: clientDetail, secret: z.string() }),
  handler: (ctx, { params, body }) =>
    reissueSecret(ctx, { ...body, number: params.number, clientId: params.id }),
});
