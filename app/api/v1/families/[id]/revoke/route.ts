import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { revocationResult } from "#app/_lib/schemas/revocations.ts";
import { revocationInput } from "#lib/revocations/input.ts";
import { revokeFamily } from "#lib/revocations/revoke-family.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/families/{id}/revoke",
  summary: "Revokes everything that descends from one authorization",
  description: "Idempotent: what has ended already stays as it is, and `wasPlaced` is false.",
  permission: "family:revoke",
  params: idParams,
  body: revocationInput,
  response: revocationResult,
  handler: (ctx, { params, body }) => revokeFamily(ctx, { id: params.id, ...body }),
});
