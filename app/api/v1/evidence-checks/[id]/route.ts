import { defineRoute } from "#app/_lib/define-route.ts";
import { evidenceCheck } from "#app/_lib/schemas/evidence-checks.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getCheck } from "#lib/evidence-checks/list-checks.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/evidence-checks/{id}",
  summary: "Shows how far a verification of the evidence is, or what it found",
  permission: "audit:read",
  params: idParams,
  response: evidenceCheck,
  handler: (ctx, { params }) => getCheck(ctx, params.id),
});
