import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { revocationResult } from "#app/_lib/schemas/revocations.ts";
import { revocationInput } from "#lib/revocations/input.ts";
import { revokeClientTokens } from "#lib/revocations/revoke-client-tokens.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/clients/{id}/revoke",
  summary: "Revokes all tokens of a client",
  description: "Idempotent: what has ended already stays as it is, and `wasPlaced` is false.",
  permission: "client:revoke",
  stepUp: {
    kind: "bulk",
    where: "the client's live tokens are more users' than one, or more than 100",
  },
  params: idParams,
  body: revocationInput,
  response: revocationResult,
  handler: (ctx, { params, body }) => revokeClientTokens(ctx, { id: params.id, ...body }),
});
