import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { eventStreamRow } from "#app/_lib/schemas/event-streams.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { updateEventStreamInput } from "#lib/event-streams/input.ts";
import { getEventStream } from "#lib/event-streams/list-event-streams.ts";
import { removeEventStream } from "#lib/event-streams/remove-event-stream.ts";
import { updateEventStream } from "#lib/event-streams/update-event-stream.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/event-streams/{id}",
  summary: "Reads one stream of the audit: where it goes, how far it is, what went wrong last",
  permission: "audit:read",
  params: idParams,
  response: eventStreamRow,
  handler: (ctx, { params }) => getEventStream(ctx, { streamId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/event-streams/{id}",
  summary: "Changes one stream; `version` is the one that was read, another one's change is refused with 409",
  permission: "event-stream:write",
  stepUp: "streams",
  params: idParams,
  body: updateEventStreamInput,
  response: eventStreamRow,
  handler: (ctx, { params, body }) =>
    updateEventStream(
      ctx,
      { ...body, streamId: params.id },
      { outbound: getOutbound(), wrapper: keyWrapper() },
    ),
});

export const DELETE = defineRoute({
  method: "DELETE",
  path: "/api/v1/event-streams/{id}",
  summary: "Removes one stream; what it had not sent stays in the log",
  permission: "event-stream:write",
  stepUp: "streams",
  params: idParams,
  response: z.object({ id: z.uuid() }),
  versioned: true,
  handler: (ctx, { params, seenVersion }) =>
    removeEventStream(ctx, { streamId: params.id, version: seenVersion }),
});
