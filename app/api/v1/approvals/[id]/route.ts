import { defineRoute } from "#app/_lib/define-route.ts";
import { approvalDetail } from "#app/_lib/schemas/approvals.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { getApproval } from "#lib/approvals/get-approval.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/approvals/{id}",
  summary:
    "Shows an act that wants a second person: exactly what it would do, who asked, why, and until when",
  permission: "approval:read",
  params: idParams,
  response: approvalDetail,
  handler: (ctx, { params }) => getApproval(ctx, params),
});
