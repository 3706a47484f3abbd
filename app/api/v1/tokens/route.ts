import { defineRoute } from "#app/_lib/define-route.ts";
import { pageOf } from "#app/_lib/schemas/paging.ts";
import { tokenRow } from "#app/_lib/schemas/tokens.ts";
import { listTokens } from "#lib/tokens/list-tokens.ts";
import { tokensTable } from "#lib/tokens/table.ts";

export const GET = defineRoute({
  method: "GET",
  path: "/api/v1/tokens",
  summary: "Lists access and refresh tokens",
  description: "Newest first unless `sort` says otherwise. Values are never stored, so they are never here.",
  permission: "token:read",
  list: tokensTable,
  response: pageOf(tokenRow),
  handler: (ctx, { list }) => listTokens(ctx, list),
});
