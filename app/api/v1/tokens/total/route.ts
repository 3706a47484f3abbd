import { defineRoute } from "#app/_lib/define-route.ts";
import { total } from "#app/_lib/schemas/paging.ts";
import { countTokensExactly } from "#lib/tokens/count-tokens.ts";
import { tokensTable } from "#lib/tokens/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/tokens/total",
  summary: "Counts the tokens that match",
  description:
    "To the last one where that takes less than two seconds, else at least so many. For a list whose total is not exact; order and page do not matter.",
  permission: "token:read",
  list: tokensTable,
  response: total,
  handler: (ctx, { list }) => countTokensExactly(ctx, list.filters),
});
