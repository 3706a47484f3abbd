import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { revocationResult } from "#app/_lib/schemas/revocations.ts";
import { revocationInput } from "#lib/revocations/input.ts";
import { revokeUserTokens } from "#lib/revocations/revoke-user-tokens.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/users/{id}/revoke",
  summary: "Revokes all tokens of a user and ends the user's sessions",
  description: "Idempotent: what has ended already stays as it is, and `wasPlaced` is false.",
  permission: "user:revoke",
  params: idParams,
  body: revocationInput,
  response: revocationResult,
  handler: (ctx, { params, body }) => revokeUserTokens(ctx, { id: params.id, ...body }),
});
