import type { Context } from "../context.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import type { TokenRow } from "./model.ts";
import type { TokensQuery } from "./table.ts";

/** One page of the register, newest first unless asked otherwise, with how many match. Needs `token:read`. */
export async function listTokens(
  _ctx: Context,
  _query: TokensQuery,
): Promise<Page<TokenRow> & { total: Total }> {
  throw new Error("soon");
}
