import { defineRoute } from "#app/_lib/define-route.ts";
import { workList } from "#app/_lib/schemas/work.ts";
import { listWork } from "#lib/work/list-work.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/work",
  summary: "Lists long work that is under way or has just ended",
  description:
    "Orders that are being written down token by token (they are in force all the same), and the caller's own exports.",
  permission: "overview:read",
  response: workList,
  handler: async (ctx) => ({ items: await listWork(ctx), now: ctx.now.toISOString() }),
});
