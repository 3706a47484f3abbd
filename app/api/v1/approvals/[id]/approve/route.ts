import { defineRoute } from "#app/_lib/define-route.ts";
import { approvalDetail } from "#app/_lib/schemas/approvals.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { approve } from "#lib/approvals/approve.ts";
import { decideInput } from "#lib/approvals/input.ts";
import { runStoredBy } from "../../../_approvals/run-stored.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/approvals/{id}/approve",
  summary: "Approves what another person asked for, and does it as planned, once",
  description:
    "Never one's own, never by an API token, and only by who holds the act's own permissions. Each time wants a proof of who is there for this very approval (`subject`). `APPROVAL_STALE` says what would now be otherwise: nothing was done, and the approval has ended.",
  permission: "approval:decide",
  stepUp: { kind: "approvals", where: "each time, for this very approval" },
  params: idParams,
  body: decideInput,
  refusals: [410],
  response: approvalDetail,
  handler: (ctx, { params, body, request }) => approve(ctx, { ...body, id: params.id }, runStoredBy(request)),
});
