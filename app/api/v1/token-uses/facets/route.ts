import { defineRoute } from "#app/_lib/define-route.ts";
import { useFacets } from "#app/_lib/schemas/audit.ts";
import { getUseFacets } from "#lib/audit/get-use-facets.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/token-uses/facets",
  summary: "Counts uses of tokens by outcome, client, verifier, country and so on",
  description:
    "Takes the filters of the list of uses, and its time range as the histogram has it. Of each facet the most frequent values, counted under all filters but its own. `isCounted` is false where it would have taken over two seconds.",
  permission: "audit:read",
  list: tokenUsesTable,
  response: useFacets,
  handler: (ctx, { list }) => getUseFacets(ctx, list.filters),
});
