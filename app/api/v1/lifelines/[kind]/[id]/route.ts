import { defineRoute } from "#app/_lib/define-route.ts";
import { lifeline } from "#app/_lib/schemas/lifelines.ts";
import { getLifeline } from "#lib/lifelines/get-lifeline.ts";
import { lifelineParams, lifelineQuery } from "#lib/lifelines/input.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/lifelines/{kind}/{id}",
  summary: "Follows a family, a user, a client, a verifier or an address through time",
  description:
    "Uses by outcome over time, the first and the last of them, what was done to it, and the window in which the newest order upon it travelled. `id` is an id, of an address the address itself. `at` is the time looked at, 90 days at most; without it the one from the first use in 90 days on. With `from` the uses are counted before that instant and since. Where not all can be counted in time, the newest are: buckets, `total` and `firstAt` begin at `countedFrom`. Where from and by whom it was used are told by `/api/v1/token-uses/map`, `…/summary` and `…/holders`; a token's own life by `/api/v1/tokens/{id}/lifeline`.",
  permission: "audit:read",
  params: lifelineParams,
  query: lifelineQuery,
  response: lifeline,
  handler: (ctx, { params, query }) => getLifeline(ctx, { ...params, ...query }),
});
