import { defineRoute } from "#app/_lib/define-route.ts";
import { eventStreamRow } from "#app/_lib/schemas/event-streams.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { replayInput } from "#lib/event-streams/input.ts";
import { replayEventStream } from "#lib/event-streams/replay-event-stream.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/event-streams/{id}/replay",
  summary: "Sends again, in order, everything that was received since an instant; events keep their ids",
  permission: "event-stream:write",
  stepUp: "streams",
  params: idParams,
  body: replayInput,
  response: eventStreamRow,
  handler: (ctx, { params, body }) =>
    replayEventStream(ctx, { streamId: params.id, from: new Date(body.from) }),
});
