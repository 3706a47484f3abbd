import { defineRoute } from "#app/_lib/define-route.ts";
import { restoreResult } from "#app/_lib/schemas/revocations.ts";
import { restoreInput } from "#lib/order-plans/input.ts";
import { restoreTarget } from "#lib/revocations/restore-target.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/restores",
  summary: "Ends the suspensions of a target",
  description:
    "Never a revocation, and no suspension of another target. By `orderId` also those of the orders that were placed with it, such as a group's members.",
  permission: "order:write",
  refusals: [404],
  body: restoreInput,
  response: restoreResult,
  status: 201,
  location: ({ order }) => `/api/v1/orders/${order.id}`,
  handler: (ctx, { body }) => restoreTarget(ctx, body),
});
