import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { revocationResult } from "#app/_lib/schemas/revocations.ts";
import { revocationInput } from "#lib/revocations/input.ts";
import { revokeToken } from "#lib/revocations/revoke-token.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/tokens/{id}/revoke",
  summary: "Revokes a token; a refresh token ends with its family",
  description: "Idempotent: what has ended already stays as it is, and `wasPlaced` is false.",
  permission: "token:revoke",
  params: idParams,
  body: revocationInput,
  response: revocationResult,
  handler: (ctx, { params, body }) => revokeToken(ctx, { id: params.id, ...body }),
});
