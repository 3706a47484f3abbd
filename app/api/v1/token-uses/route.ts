import { defineRoute } from "#app/_lib/define-route.ts";
import { logPageOf, tokenUseRow } from "#app/_lib/schemas/audit.ts";
import { instant } from "#app/_lib/schemas/paging.ts";
import { listTokenUses } from "#lib/audit/list-token-uses.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/token-uses",
  summary: "Lists uses of tokens, refused ones among them, newest first",
  description:
    "`not…` parameters leave values out; of what has no value at all nothing is left out. By path, method, status, user agent, audience, network, and whom to leave out, it looks through the log for about two seconds, which is all of it where days that are over tell of the path, the method and the user agent by themselves: where that is too short, `searchedUpTo` says how far it came, and the cursor goes on from there.",
  permission: "audit:read",
  list: tokenUsesTable,
  response: logPageOf(tokenUseRow).extend({ searchedUpTo: instant.nullable() }),
  handler: (ctx, { list }) => listTokenUses(ctx, list),
});
