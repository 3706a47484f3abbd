import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { streamRow } from "#app/_lib/schemas/signals.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { updateStreamInput } from "#lib/signals/input.ts";
import { getStream } from "#lib/signals/list-streams.ts";
import { removeStream } from "#lib/signals/remove-stream.ts";
import { updateStream } from "#lib/signals/update-stream.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/signal-streams/{id}",
  summary: "Reads one stream of security events: what it carries, how far it is, what went wrong last",
  permission: "verifier:read",
  params: idParams,
  response: streamRow,
  handler: (ctx, { params }) => getStream(ctx, { streamId: params.id }),
});

export const PATCH = defineRoute({
  method: "PATCH",
  path: "/api/v1/signal-streams/{id}",
  summary: "Changes one stream; `version` is the one that was read, another one's change is refused with 409",
  permission: "verifier:write",
  stepUp: "streams",
  params: idParams,
  body: updateStreamInput,
  response: streamRow,
  handler: (ctx, { params, body }) =>
    updateStream(ctx, { ...body, streamId: params.id }, { outbound: getOutbound(), wrapper: keyWrapper() }),
});

export const DELETE = defineRoute({
  method: "DELETE",
  path: "/api/v1/signal-streams/{id}",
  summary: "Removes one stream with what it has not delivered",
  permission: "verifier:write",
  stepUp: "streams",
  params: idParams,
  response: z.object({ id: z.uuid() }),
  versioned: true,
  handler: (ctx, { params, seenVersion }) => removeStream(ctx, { streamId: params.id, version: seenVersion }),
});
