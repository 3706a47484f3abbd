import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { receiverDetail } from "#app/_lib/schemas/signals.ts";
import { switchReceiver } from "#lib/signal-receivers/switch-receiver.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/signal-receivers/{id}/enable",
  summary: "Lets one disabled peer in again",
  permission: "signal-receiver:write",
  stepUp: "streams",
  params: idParams,
  response: receiverDetail,
  handler: (ctx, { params }) => switchReceiver(ctx, { receiverId: params.id, isDisabled: false }),
});
