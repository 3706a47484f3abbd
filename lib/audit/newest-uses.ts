import type { Context } from "../context.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { earlier, later } from "../use-rollups/stretches.ts";
import type { TokenUsesQuery } from "./table.ts";
import { findFollowedTokens, useConditions } from "./use-filters.ts";
import { countedRange } from "./use-range.ts";
import { findUseWindows, hullOf, lengthOf, rowsOfTokens, rowsWithin } from "./use-windows.ts";

/** Uses that are looked at, the newest. */
export const LOOKED_AT = 20_000;
/** Windows longer than this together are not read row by row: uses are found by who is followed. */
const WINDOWS_MAX_MS = 86_400_000;

/** The newest LOOKED_AT uses that match, and one more where there are more: within the windows that rollups tell, where those are short; else from the first of them to the last. */
export async function newestOf(ctx: Context, filters: TokenUsesQuery["filters"]): Promise<Fragment> {
  const { at: _, ...asked } = filters;
  const range = countedRange(filters, ctx.now);
  const limit = LOOKED_AT + 1;
  const windows = await findUseWindows(ctx.db, asked, range, { direction: "desc", limit });
  const isShort = windows !== null && lengthOf(windows) <= WINDOWS_MAX_MS;
  const { from, to } = (windows && !isShort && hullOf(windows)) || range;
  const followed = windows === null ? await findFollowedTokens(ctx.db, asked) : null;
  const conditions = [
    sql`x.received_at >= ${later(from, range.from)}::timestamptz AND x.received_at < ${earlier(to, range.to)}::timestamptz`,
    ...(await useConditions(ctx.db, followed?.others ?? asked, ctx.now, isShort ? "by rows" : "by tokens")),
  ];
  const newestFirst = sql`x.received_at DESC, x.id DESC`;
  return followed === null
    ? rowsWithin(isShort ? windows : null, conditions, newestFirst, limit)
    : rowsOfTokens(followed.tokens, conditions, newestFirst, limit);
}
