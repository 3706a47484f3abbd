import { defineRoute } from "#app/_lib/define-route.ts";
import { useHistogram } from "#app/_lib/schemas/tokens.ts";
import { getUseHistogram } from "#lib/audit/get-use-histogram.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/token-uses/histogram",
  summary: "Counts uses of tokens over time by outcome",
  description:
    "Takes the filters of the list of uses. Without `at` it counts the last 24 hours; at most 90 days. `isCounted` is false, and there are no buckets, where it would have taken over two seconds.",
  permission: "audit:read",
  list: tokenUsesTable,
  response: useHistogram,
  handler: (ctx, { list }) => getUseHistogram(ctx, list.filters),
});
