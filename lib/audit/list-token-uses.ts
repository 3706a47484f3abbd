import type { Context } from "../context.ts";
import type { Page } from "../list-query/define-table.ts";
import type { TokenUseRow } from "./model.ts";
import type { TokenUsesQuery } from "./table.ts";

/** One page of token uses, newest first. Needs `audit:read`. */
export async function listTokenUses(_ctx: Context, _query: TokenUsesQuery): Promise<Page<TokenUseRow>> {
  throw new Error("soon");
}
