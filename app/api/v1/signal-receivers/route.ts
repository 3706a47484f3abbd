import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { receiverDetail, receiverRow } from "#app/_lib/schemas/signals.ts";
import { pageOfShort } from "#lib/list-query/short-list.ts";
import { createReceiver } from "#lib/signal-receivers/create-receiver.ts";
import { createReceiverInput } from "#lib/signal-receivers/input.ts";
import { listReceivers } from "#lib/signal-receivers/list-receivers.ts";
import { SIGNAL_RECEIVERS_TABLE } from "#lib/signal-receivers/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/signal-receivers",
  summary: "Lists the peers whose security events are taken in",
  permission: "verifier:read",
  list: SIGNAL_RECEIVERS_TABLE,
  response: pageOf(receiverRow),
  handler: async (ctx, { list }) =>
    pageOfShort(SIGNAL_RECEIVERS_TABLE, list, await listReceivers(ctx), ({ name }) => name),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/signal-receivers",
  summary: "Lets a peer send its security events to `/signals/{id}`; its secret is in this answer alone",
  permission: "signal-receiver:write",
  runBy: "requester",
  stepUp: "streams",
  body: createReceiverInput,
  status: 201,
  location: ({ receiver }) => `/api/v1/signal-receivers/${receiver.id}`,
  shownOnce: ["secret"],
  response: z.object({ receiver: receiverDetail, secret: z.string() }),
  handler: (ctx, { body }) => createReceiver(ctx, body, { outbound: getOutbound() }),
});
