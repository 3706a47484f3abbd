import { defineRoute } from "#app/_lib/define-route.ts";
import { approvalRow } from "#app/_lib/schemas/approvals.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { askAgain } from "#lib/approvals/ask-again.ts";
import { guardStoredBy } from "../../../_approvals/run-stored.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/approvals/{id}/ask-again",
  summary: "Asks once more for what one asked for, planned and tried out anew, with the same reason",
  description:
    "A new approval, whose id is answered. The one before is withdrawn where it still waited. Not for what somebody declined, what was taken back, and what held a secret, which is not kept (409).",
  permission: "approval:read",
  params: idParams,
  refusals: [404, 409, 410],
  response: approvalRow,
  status: 201,
  location: ({ id }) => `/api/v1/approvals/${id}`,
  handler: (ctx, { params, request }) => askAgain(ctx, params, guardStoredBy(request)),
});
