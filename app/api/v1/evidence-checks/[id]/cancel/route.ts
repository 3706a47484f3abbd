import { defineRoute } from "#app/_lib/define-route.ts";
import { evidenceCheck } from "#app/_lib/schemas/evidence-checks.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { cancelCheck } from "#lib/evidence-checks/cancel-check.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/evidence-checks/{id}/cancel",
  summary: "Calls a verification of the evidence off",
  permission: "evidence:verify",
  params: idParams,
  status: 202,
  location: ({ id }) => `/api/v1/evidence-checks/${id}`,
  response: evidenceCheck,
  handler: (ctx, { params }) => cancelCheck(ctx, params.id),
});
