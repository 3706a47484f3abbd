import { defineRoute } from "#app/_lib/define-route.ts";
import { approvalDetail } from "#app/_lib/schemas/approvals.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { withdraw } from "#lib/approvals/withdraw.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/approvals/{id}/withdraw",
  summary: "Takes back what one asked for oneself",
  permission: "approval:read",
  params: idParams,
  refusals: [410],
  response: approvalDetail,
  handler: (ctx, { params }) => withdraw(ctx, params),
});
