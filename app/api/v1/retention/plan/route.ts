import { defineRoute } from "#app/_lib/define-route.ts";
import { retentionPlan } from "#app/_lib/schemas/retention.ts";
import { planRetention } from "#lib/retention/get-retention.ts";
import { planRetentionQuery } from "#lib/retention/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/retention/plan",
  summary: "Shows what the next run would take out of the register if expired tokens stayed for so many days",
  permission: "organisation:read",
  query: planRetentionQuery,
  response: retentionPlan,
  handler: (ctx, { query }) => planRetention(ctx, query.days),
});
