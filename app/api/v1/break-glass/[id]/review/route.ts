import { defineRoute } from "#app/_lib/define-route.ts";
import { approvalDetail } from "#app/_lib/schemas/approvals.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { reviewInput } from "#lib/approvals/input.ts";
import { reviewBreakGlass } from "#lib/approvals/review-break-glass.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/break-glass/{id}/review",
  summary: "Says that one has looked at what another owner did without a second person",
  description: "Owners alone, in person, and not one's own. Undoes nothing.",
  permission: "approval:decide",
  params: idParams,
  body: reviewInput,
  response: approvalDetail,
  handler: (ctx, { params, body }) => reviewBreakGlass(ctx, { ...body, id: params.id }),
});
