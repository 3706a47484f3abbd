import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { journey } from "#app/_lib/schemas/propagation.ts";
import { getOrderPropagation } from "#lib/propagation/get-order-propagation.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/orders/{id}/propagation",
  summary:
    "Tells which verifiers have an order, and until when each of the others can still accept what it took back",
  permission: "verifier:read",
  params: idParams,
  response: journey,
  handler: (ctx, { params }) => getOrderPropagation(ctx, params.id),
});
