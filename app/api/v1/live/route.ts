import { defineRoute } from "#app/_lib/define-route.ts";
import { BEAT_MS } from "#lib/live/model.ts";
import { eventStream } from "./event-stream.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/live",
  summary: "Tells by server-sent events that something happened",
  description: `An event \`change\` says where each log ends now; ask the lists for what is new. An event \`beat\` comes at once and then every ${BEAT_MS / 1000} seconds: where none comes any more, the connection is lost. Ends when the session does.`,
  permission: "overview:read",
  response: { contentType: "text/event-stream", description: "Events named `change` and `beat`." },
  handler: async (ctx, { request }) => eventStream(ctx, request),
});
