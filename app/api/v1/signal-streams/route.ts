import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { streamRow } from "#app/_lib/schemas/signals.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { pageOfShort } from "#lib/list-query/short-list.ts";
import { createStream } from "#lib/signals/create-stream.ts";
import { createStreamInput } from "#lib/signals/input.ts";
import { listStreams } from "#lib/signals/list-streams.ts";
import { SIGNAL_STREAMS_TABLE } from "#lib/signals/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/signal-streams",
  summary: "Lists the streams of security events (OpenID Shared Signals) to receivers",
  permission: "verifier:read",
  list: SIGNAL_STREAMS_TABLE,
  response: pageOf(streamRow),
  handler: async (ctx, { list }) =>
    pageOfShort(SIGNAL_STREAMS_TABLE, list, await listStreams(ctx), ({ verifier }) => verifier.name),
});

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/signal-streams",
  summary: "Makes a stream of security events to a receiver, from here on",
  permission: "verifier:write",
  stepUp: "streams",
  body: createStreamInput,
  status: 201,
  location: ({ id }) => `/api/v1/signal-streams/${id}`,
  response: streamRow,
  handler: (ctx, { body }) => createStream(ctx, body, { outbound: getOutbound(), wrapper: keyWrapper() }),
});
