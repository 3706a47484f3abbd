import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { receiverDetail } from "#app/_lib/schemas/signals.ts";
import { rotateReceiverSecret } from "#lib/signal-receivers/rotate-receiver-secret.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/signal-receivers/{id}/rotate-secret",
  summary: "Gives a peer a new secret, in this answer alone; the earlier one ends now",
  permission: "signal-receiver:write",
  runBy: "requester",
  stepUp: "streams",
  params: idParams,
  shownOnce: ["secret"],
  response: z.object({ receiver: receiverDetail, secret: z.string() }),
  handler: (ctx, { params }) => rotateReceiverSecret(ctx, { receiverId: params.id }),
});
