import { defineRoute } from "#app/_lib/define-route.ts";
import { useHolders } from "#app/_lib/schemas/lifelines.ts";
import { getUseHolders } from "#lib/audit/get-use-holders.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/token-uses/holders",
  summary: "Says which tokens, clients, users, verifiers and addresses are behind some uses",
  description:
    "Takes the filters of the list of uses, and its time range as the histogram has it. Of the newest uses that match, 20,000 at most, or 2,000 where those have to be picked out of many: of each kind those with the most uses, and how many there are. `holders` is null where reading them takes over two seconds.",
  permission: "audit:read",
  list: tokenUsesTable,
  response: useHolders,
  handler: async (ctx, { list }) => ({ holders: await getUseHolders(ctx, list.filters) }),
});
