import { defineRoute } from "#app/_lib/define-route.ts";
import { openApprovals } from "#app/_lib/schemas/approvals.ts";
import { countOpen } from "#lib/approvals/count-open.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/me/approvals",
  summary: "Says what waits for the asking admin: to decide, to do, to review",
  description: "An API token decides nothing: nothing waits for it.",
  permission: "approval:read",
  response: openApprovals,
  handler: (ctx) => countOpen(ctx),
});
