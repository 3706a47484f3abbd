import { defineRoute } from "#app/_lib/define-route.ts";
import { changedLogRetention, logRetention } from "#app/_lib/schemas/log-retention.ts";
import { changeLogRetention } from "#lib/log-retention/change-log-retention.ts";
import { getLogRetention } from "#lib/log-retention/get-log-retention.ts";
import { changeLogRetentionInput } from "#lib/log-retention/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/log-retention",
  summary: "Shows how long uses and acts stay on record, what that costs, what leaves next and what has left",
  description:
    "Days are days of receipt in UTC. Uses of past days are as many as the database's statistics have; what has left was counted. Bytes are those on disk, with indexes.",
  permission: "organisation:read",
  response: logRetention,
  handler: (ctx) => getLogRetention(ctx),
});

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/log-retention",
  summary: "Changes how long uses and acts stay on record; `version` is the organisation's",
  description:
    "Fewer days can take evidence out with the worker's next run, for good: `leavingDays` and `leavingActsThrough` name it as `GET /api/v1/log-retention/plan` showed it. Where more would leave, it is refused with 409 `PLAN_CHANGED`.",
  permission: "retention:write",
  stepUp: "retention",
  body: changeLogRetentionInput,
  response: changedLogRetention,
  handler: (ctx, { body }) => changeLogRetention(ctx, body),
});
