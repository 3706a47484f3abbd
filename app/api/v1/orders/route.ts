import { defineRoute } from "#app/_lib/define-route.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { orderRow, plannedOrderResult } from "#app/_lib/schemas/revocations.ts";
import { plannedOrderInput } from "#lib/order-plans/input.ts";
import { placePlannedOrder } from "#lib/order-plans/place-planned-order.ts";
import { listOrders } from "#lib/revocations/list-orders.ts";
import { ordersTable } from "#lib/revocations/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/orders",
  summary: "Lists orders: what was revoked, suspended and restored",
  permission: "order:read",
  list: ordersTable,
  response: pageOf(orderRow),
  handler: (ctx, { list }) => listOrders(ctx, list),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/orders",
  summary: "Places the order of a plan",
  description:
    "Refused with 409 `PLAN_CHANGED` where it would now reach a user, client or verifier that the plan did not name; `errors` says whom. Tokens that have ended or expired since count for nothing.",
  permission: "order:write",
  stepUp: {
    kind: "bulk",
    where:
      "the plan revokes the tokens of more users than one, or more than 100; `keys` where its target is a signing key",
  },
  refusals: [404, 410],
  body: plannedOrderInput,
  response: plannedOrderResult,
  status: 201,
  location: ({ order }) => `/api/v1/orders/${order.id}`,
  handler: (ctx, { body }) => placePlannedOrder(ctx, body),
});
