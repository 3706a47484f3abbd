import { defineRoute } from "#app/_lib/define-route.ts";
import { eventStreamRow } from "#app/_lib/schemas/event-streams.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { eventStreamStatusInput } from "#lib/event-streams/input.ts";
import { switchEventStream } from "#lib/event-streams/pause-event-stream.ts";

export const PUT = defineRoute({
  method: "PUT",
  path: "/api/v1/event-streams/{id}/status",
  summary: "Pauses a stream or lets it go on from where it is",
  permission: "event-stream:write",
  stepUp: "streams",
  params: idParams,
  body: eventStreamStatusInput,
  response: eventStreamRow,
  handler: (ctx, { params, body }) => switchEventStream(ctx, { ...body, streamId: params.id }),
});
