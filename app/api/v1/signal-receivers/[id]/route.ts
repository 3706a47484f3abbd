import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { receiverDetail } from "#app/_lib/schemas/signals.ts";
import { updateReceiverInput } from "#lib/signal-receivers/input.ts";
import { getReceiver } from "#lib/signal-receivers/list-receivers.ts";
import { updateReceiver } from "#lib/signal-receivers/update-receiver.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/signal-receivers/{id}",
  summary: "Reads one peer, what is done at its events, and the newest of them",
  permission: "verifier:read",
  params: idParams,
  response: receiverDetail,
  handler: (ctx, { params }) => getReceiver(ctx, { receiverId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/signal-receivers/{id}",
  summary: "Changes one peer; `version` is the one that was read, another one's change is refused with 409",
  permission: "signal-receiver:write",
  stepUp: "streams",
  params: idParams,
  body: updateReceiverInput,
  response: receiverDetail,
  handler: (ctx, { params, body }) =>
    updateReceiver(ctx, { ...body, receiverId: params.id }, { outbound: getOutbound() }),
});
