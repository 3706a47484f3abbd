import { defineRoute } from "#app/_lib/define-route.ts";
import { useSummary } from "#app/_lib/schemas/audit.ts";
import { getUseSummary } from "#lib/audit/get-use-summary.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/token-uses/summary",
  summary: "Says where something was used, what was called with it and what was answered",
  description:
    "Takes the filters of the list of uses, and its time range as the histogram has it. Of the newest uses that match, `lookedAt` at most: 20,000, or 2,000 where those have to be picked out of many; `summary` is null where reading them takes over two seconds.",
  permission: "audit:read",
  list: tokenUsesTable,
  response: useSummary,
  handler: async (ctx, { list }) => ({ summary: await getUseSummary(ctx, list.filters) }),
});
