import { defineRoute } from "#app/_lib/define-route.ts";
import { erasurePlan } from "#app/_lib/schemas/erasures.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getErasurePlan } from "#lib/erasures/get-erasure-plan.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/users/{id}/erasure-plan",
  summary: "Shows what mentions a user, and what stands against erasing their personal data",
  permission: "user:read",
  params: idParams,
  response: erasurePlan,
  handler: (ctx, { params }) => getErasurePlan(ctx, { userId: params.id }),
});
