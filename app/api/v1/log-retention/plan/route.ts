import { defineRoute } from "#app/_lib/define-route.ts";
import { logPlan } from "#app/_lib/schemas/log-retention.ts";
import { planLogRetention } from "#lib/log-retention/get-log-retention.ts";
import { planLogRetentionQuery } from "#lib/log-retention/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/log-retention/plan",
  summary: "Shows what the next run would take out of the log if uses and acts stayed for so many days",
  permission: "organisation:read",
  query: planLogRetentionQuery,
  response: logPlan,
  handler: (ctx, { query }) => planLogRetention(ctx, query),
});
