import { defineRoute } from "#app/_lib/define-route.ts";
import { changedRetention, retention } from "#app/_lib/schemas/retention.ts";
import { changeRetention } from "#lib/retention/change-retention.ts";
import { getRetention } from "#lib/retention/get-retention.ts";
import { changeRetentionInput } from "#lib/retention/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/retention",
  summary:
    "Shows how long expired tokens stay in the register, what that costs, what leaves next and what has left",
  description:
    "Weeks are weeks of issue, by the dates of their Mondays (UTC). Bytes are those on disk, with indexes.",
  permission: "organisation:read",
  response: retention,
  handler: (ctx) => getRetention(ctx),
});

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/retention",
  summary: "Changes how long expired tokens stay in the register; `version` is the organisation's",
  description:
    "Fewer days can take weeks out with the worker's next run, for good: `leaving` names them as `GET /api/v1/retention/plan` showed them. Where others would leave too, it is refused with 409 `PLAN_CHANGED`.",
  permission: "retention:write",
  stepUp: "retention",
  body: changeRetentionInput,
  response: changedRetention,
  handler: (ctx, { body }) => changeRetention(ctx, body),
});
