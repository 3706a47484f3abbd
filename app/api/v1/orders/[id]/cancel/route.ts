import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { orderRow } from "#app/_lib/schemas/revocations.ts";
import { cancelOrder } from "#lib/revocations/cancel-order.ts";
import { revocationInput } from "#lib/revocations/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/orders/{id}/cancel",
  summary: "Calls off an order that has not begun",
  description: "Until five seconds before its instant. The order stays on record.",
  permission: "order:write",
  params: idParams,
  body: revocationInput,
  response: orderRow,
  handler: (ctx, { params, body }) => cancelOrder(ctx, { id: params.id, ...body }),
});
