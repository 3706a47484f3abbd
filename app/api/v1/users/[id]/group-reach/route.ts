import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { idParams, instant } from "#app/_lib/schemas/paging.ts";
import { getGroupReach } from "#lib/users/get-group-reach.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/users/{id}/group-reach",
  summary:
    "Counts the live access tokens of a user that carry each group: what taking them out of it leaves valid, and until when",
  permission: "user:read",
  params: idParams,
  response: z.object({
    groups: z.array(z.object({ group: z.string(), accessTokens: z.int(), until: instant })),
  }),
  handler: async (ctx, { params }) => ({ groups: await getGroupReach(ctx, { userId: params.id }) }),
});
