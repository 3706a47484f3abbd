import { z } from "zod";
import { defineRoute } from "#app/_lib/define-route.ts";
import { lifetimesExplanation } from "#app/_lib/schemas/lifetimes.ts";
import { idParams } from "#app/_lib/schemas/paging.ts";
import { explainLifetimes } from "#lib/lifetimes/explain-lifetimes.ts";

const id = z.uuid("is not an id").toLowerCase().optional();

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/clients/{id}/lifetimes/explain",
  summary: "Explains a client's lifetimes: which setting wins, and when a sign-in ends",
  description:
    "For `audience`, or for all of the client's audiences at once. With `user` it tells when that user's sign-ins with the client end, to the second, by lifetimes and by orders that are to come.",
  permission: "client:read",
  params: idParams,
  query: z.object({ user: id, audience: id }),
  response: lifetimesExplanation,
  handler: (ctx, { params, query }) =>
    explainLifetimes(ctx, { clientId: params.id, userId: query.user, audienceId: query.audience }),
});
