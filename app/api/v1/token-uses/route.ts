import { defineRoute } from "#app/_lib/define-route.ts";
import { logPageOf, tokenUseRow } from "#app/_lib/schemas/audit.ts";
import { listTokenUses } from "#lib/audit/list-token-uses.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/token-uses",
  summary: "Lists uses of tokens, refused ones among them, newest first",
  permission: "audit:read",
  list: tokenUsesTable,
  response: logPageOf(tokenUseRow),
  handler: (ctx, { list }) => listTokenUses(ctx, list),
});
