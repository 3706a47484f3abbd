import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { receiverDetail, receiverRow } from "#app/_lib/schemas/signals.ts";
import { createReceiver } from "#lib/signal-receivers/create-receiver.ts";
import { createReceiverInput } from "#lib/signal-receivers/input.ts";
import { listReceivers } from "#lib/signal-receivers/list-receivers.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/signal-receivers",
  summary: "Lists the peers whose security events are taken in",
  permission: "verifier:read",
  response: z.object({ rows: z.array(receiverRow) }),
  handler: async (ctx) => ({ rows: await listReceivers(ctx) }),
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
  response: z.object({ receiver: receiverDetail, secret: z.string() }),
  handler: (ctx, { body }) => createReceiver(ctx, body, { outbound: getOutbound() }),
});
