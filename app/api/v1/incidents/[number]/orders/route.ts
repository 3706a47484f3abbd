import { defineRoute } from "#app/_lib/define-route.ts";
import { incidentOrders, numberParams } from "#app/_lib/schemas/incidents.ts";
import { plannedOrderResult } from "#app/_lib/schemas/revocations.ts";
import { incidentOrderInput } from "#lib/incidents/input.ts";
import { listIncidentOrders } from "#lib/incidents/list-incident-orders.ts";
import { placeIncidentOrder } from "#lib/incidents/place-incident-order.ts";
import { readOnRecord } from "#lib/incidents/record-look.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/incidents/{number}/orders",
  summary: "Lists the orders of a case, newest first; the look is on record",
  description:
    "Those that were placed in it (`isOfCase`), and others that hold its tokens: placed before it was opened, or beside it. `leftOut` are not listed.",
  permission: "incident:read",
  params: numberParams,
  response: incidentOrders,
  handler: (ctx, { params }) => readOnRecord(ctx, params.number, listIncidentOrders),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/incidents/{number}/orders",
  summary: "Places the order of a plan in a case",
  description:
    "As `orders` does, with the same refusals; the order carries the case. Where an earlier order had ended the target nothing is placed (`wasPlaced` is false), and the case says so. Where it ends the last of the case's tokens, the case is contained.",
  permission: "incident:write",
  stepUp: {
    kind: "bulk",
    where:
      "the plan revokes the tokens of more users than one, or more than 100; `keys` where its target is a signing key",
  },
  refusals: [404, 410],
  params: numberParams,
  body: incidentOrderInput,
  response: plannedOrderResult,
  status: 201,
  location: ({ order }) => `/api/v1/orders/${order.id}`,
  handler: (ctx, { params, body }) => placeIncidentOrder(ctx, { ...body, number: params.number }),
});
