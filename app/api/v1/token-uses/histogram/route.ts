import { defineRoute } from "#app/_lib/define-route.ts";
import { useHistogram } from "#app/_lib/schemas/tokens.ts";
import { getUseHistogram } from "#lib/audit/get-use-histogram.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/token-uses/histogram",
  summary: "Counts uses of tokens over time by outcome",
  description:
    "Takes the filters of the list of uses. Without `at` it counts from where the log begins; at most 90 days, the newest. Where an address, a user, a token or a family has more uses than can be counted in time, the newest are counted: buckets and total begin at `countedFrom`.",
  permission: "audit:read",
  list: tokenUsesTable,
  response: useHistogram,
  handler: (ctx, { list }) => getUseHistogram(ctx, list.filters),
});
