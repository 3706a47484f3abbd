import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { createdEventStream, eventStreamRow } from "#app/_lib/schemas/event-streams.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { createEventStream } from "#lib/event-streams/create-event-stream.ts";
import { createEventStreamInput } from "#lib/event-streams/input.ts";
import { listEventStreams } from "#lib/event-streams/list-event-streams.ts";
import { EVENT_STREAMS_TABLE } from "#lib/event-streams/table.ts";
import { pageOfShort } from "#lib/list-query/short-list.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/event-streams",
  summary: "Lists the streams of the audit to SIEMs, with how far each is behind",
  permission: "audit:read",
  list: EVENT_STREAMS_TABLE,
  response: pageOf(eventStreamRow),
  handler: async (ctx, { list }) =>
    pageOfShort(EVENT_STREAMS_TABLE, list, await listEventStreams(ctx), ({ name }) => name),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/event-streams",
  summary:
    "Makes a stream of the audit to a sink, from here on; the key of a webhook's signatures is in this answer alone",
  permission: "event-stream:write",
  runBy: "requester",
  stepUp: "streams",
  body: createEventStreamInput,
  status: 201,
  location: ({ stream }) => `/api/v1/event-streams/${stream.id}`,
  shownOnce: ["secret"],
  response: createdEventStream,
  handler: (ctx, { body }) =>
    createEventStream(ctx, body, { outbound: getOutbound(), wrapper: keyWrapper() }),
});
