import { defineRoute } from "#app/_lib/define-route.ts";
import { approvalCheck } from "#app/_lib/schemas/approvals.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { checkApproval } from "#lib/approvals/check-approval.ts";
import { guardStoredBy, runStoredBy } from "../../../_approvals/run-stored.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/approvals/{id}/check",
  summary: "Looks whether what waits would still do exactly what it was shown to do",
  description:
    "It is tried out and taken back: nothing is done, and nothing ends by it. For who may decide on it and who asked for it. `isStale` says that approving it now would be refused, and `changed` why. For who asked, `again` says whether asking again would come to anything, of what has ended too.",
  permission: "approval:read",
  params: idParams,
  refusals: [409, 410],
  response: approvalCheck,
  handler: (ctx, { params, request }) =>
    checkApproval(ctx, params, { runStored: runStoredBy(request), guardStored: guardStoredBy(request) }),
});
