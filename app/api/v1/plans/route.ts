import { defineRoute } from "#app/_lib/define-route.ts";
import { orderPlan } from "#app/_lib/schemas/revocations.ts";
import { createPlan } from "#lib/order-plans/create-plan.ts";
import { planInput } from "#lib/order-plans/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/plans",
  summary: "Plans an order: whom it would reach, who would notice, what stays valid",
  description:
    "Changes no token. The plan holds for minutes, for whoever made it, and is used once, by `POST /api/v1/orders`. A selection is frozen by it: `target.filters` are those of `GET /api/v1/tokens`.",
  permission: "order:write",
  refusals: [404],
  body: planInput,
  response: orderPlan,
  status: 201,
  handler: (ctx, { body }) => createPlan(ctx, body),
});
