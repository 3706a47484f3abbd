import { defineRoute } from "#app/_lib/define-route.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { orderRow } from "#app/_lib/schemas/revocations.ts";
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
