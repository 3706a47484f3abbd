import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { streamRow } from "#app/_lib/schemas/signals.ts";
import { streamStatusInput } from "#lib/signals/input.ts";
import { setStreamStatus } from "#lib/signals/set-stream-status.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/signal-streams/{id}/status",
  summary: "Enables, pauses or disables a stream; its receiver is told",
  permission: "verifier:write",
  stepUp: "streams",
  params: idParams,
  body: streamStatusInput,
  response: streamRow,
  handler: (ctx, { params, body }) => setStreamStatus(ctx, { ...body, streamId: params.id }),
});
