import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { getOutbound } from "#app/_lib/outbound.ts";
import { eventStreamRow } from "#app/_lib/schemas/event-streams.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { keyWrapper } from "#app/_lib/secrets.ts";
import { testEventStream } from "#lib/event-streams/test-event-stream.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/event-streams/{id}/test",
  summary: "Sends one marked test event at once and tells what the sink answered",
  permission: "event-stream:write",
  params: idParams,
  refusals: [429],
  response: z.object({ stream: eventStreamRow, isTaken: z.boolean(), answer: z.string() }),
  handler: (ctx, { params }) =>
    testEventStream(ctx, { streamId: params.id }, { outbound: getOutbound(), wrapper: keyWrapper() }),
});
