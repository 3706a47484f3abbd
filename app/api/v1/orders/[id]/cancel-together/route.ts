import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { cancelTogetherResult } from "#app/_lib/schemas/revocations.ts";
import { cancelOrdersTogether } from "#lib/revocations/cancel-orders-together.ts";
import { revocationInput } from "#lib/revocations/input.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/orders/{id}/cancel-together",
  summary: "Calls off an order that has not begun and all that were placed with it",
  description:
    "Those of the same plan, as upon a group's members: all of them or none, until five seconds before their instant. They stay on record.",
  permission: "order:write",
  params: idParams,
  body: revocationInput,
  response: cancelTogetherResult,
  handler: (ctx, { params, body }) => cancelOrdersTogether(ctx, { id: params.id, ...body }),
});
