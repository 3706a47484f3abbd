import { defineRoute } from "#app/_lib/define-route.ts";
import { eventStream } from "./event-stream.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/live",
  summary: "Tells by server-sent events that something happened",
  description:
    "An event `change` says where each log ends now; ask the lists for what is new. Ends when the session does.",
  permission: "overview:read",
  response: { contentType: "text/event-stream", description: "Events named `change`, and comments between." },
  handler: async (ctx, { request }) => eventStream(ctx, request),
});
