import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { streamRow } from "#app/_lib/schemas/signals.ts";
import { verifyStream } from "#lib/signals/verify-stream.ts";

export const POST = defineRoute({
  method: "POST",
  path: "/api/v1/signal-streams/{id}/verify",
  summary: "Sends a verification event over a stream: `verifiedAt` says when its receiver took it",
  permission: "verifier:write",
  params: idParams,
  status: 202,
  location: ({ id }) => `/api/v1/signal-streams/${id}`,
  refusals: [429],
  response: streamRow,
  handler: (ctx, { params }) => verifyStream(ctx, { streamId: params.id }),
});
