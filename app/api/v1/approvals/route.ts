import { defineRoute } from "#app/_lib/define-route.ts";
import { approvalRow } from "#app/_lib/schemas/approvals.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { listApprovals } from "#lib/approvals/list-approvals.ts";
import { approvalsTable } from "#lib/approvals/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/approvals",
  summary: "Lists acts that want, or wanted, a second person",
  permission: "approval:read",
  list: approvalsTable,
  response: pageOf(approvalRow),
  handler: (ctx, { list }) => listApprovals(ctx, list),
});
