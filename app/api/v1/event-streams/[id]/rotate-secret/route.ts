import { defineRoute } from "#app/_lib/define-route.ts";
import { createdEventStream } from "#app/_lib/schemas/event-streams.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { rotateEventStreamSecret } from "#lib/event-streams/rotate-event-stream-secret.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/event-streams/{id}/rotate-secret",
  summary:
    "Gives a webhook a new key for its signatures, in this answer alone; the earlier one signs beside it for a day",
  permission: "event-stream:write",
  runBy: "requester",
  stepUp: "streams",
  params: idParams,
  shownOnce: ["secret"],
  response: createdEventStream,
  handler: (ctx, { params }) =>
    rotateEventStreamSecret(ctx, { streamId: params.id }, { wrapper: keyWrapper() }),
});
