import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { orderDetail } from "#app/_lib/schemas/revocations.ts";
import { getOrder } from "#lib/revocations/get-order.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/orders/{id}",
  summary: "Shows one order and how many tokens it reaches",
  permission: "order:read",
  params: idParams,
  response: orderDetail,
  handler: (ctx, { params }) => getOrder(ctx, params.id),
});
