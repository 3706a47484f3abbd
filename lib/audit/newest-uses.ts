import type { Context } from "../context.ts";
import { negationKey } from "../list-query/negations.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { DAY, type Span } from "../use-rollups/grains.ts";
import { earlier, later } from "../use-rollups/stretches.ts";
import { findBusyRange } from "./busy-uses.ts";
import type { TokenUsesQuery } from "./table.ts";
import { findFollowedTokens, useConditions } from "./use-filters.ts";
import { countedRange } from "./use-range.ts";
import { findUseWindows, hullOf, lengthOf, rowsOfTokens, rowsWithin } from "./use-windows.ts";

/** Uses that are looked at, the newest: fewer where those would have to be picked out of many. */
const LOOKED_AT = { many: 20_000, few: 2_000 };
/** Windows longer than this together are not read row by row: uses are found by who is followed. */
const WINDOWS_MAX_MS = 86_400_000;
/** Within so many days, and today's part, it is worth asking in which quarters of an hour they are. */
const NEAR_DAYS_MS = 2 * WINDOWS_MAX_MS;

/** Where the newest so many are, if the rollups tell: to the quarter of an hour if that is not far back, else the days alone. */
async function findNewest(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
  limit: number,
): Promise<{ windows: Span[]; isShort: boolean } | null> {
  const range = countedRange(filters, ctx.now);
  const next = { direction: "desc", limit } as const;
  const days = await findUseWindows(ctx.db, filters, range, { ...next, downTo: DAY });
  if (days === null) return null;
  if (lengthOf(days) > NEAR_DAYS_MS) return { windows: days, isShort: false };
  const windows = (await findUseWindows(ctx.db, filters, range, next)) ?? days;
  return { windows, isShort: lengthOf(windows) <= WINDOWS_MAX_MS };
}

/** What rollups count by beside the client: of a client's uses those that match are picked out. */
const PICKED = ["outcome", "refusal", "source", "verifier", "country"] as const;

/** The newest uses that match: within the windows that rollups tell, where those are short; else from the first of them to the last. And how many those are at most. */
export async function newestOf(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
): Promise<{ rows: Fragment; lookedAt: number }> {
  const { at: _, ...asked } = filters;
  const range = countedRange(filters, ctx.now);
  let lookedAt = LOOKED_AT.many;
  let newest = await findNewest(ctx, filters, lookedAt + 1);
  if (
    newest !== null &&
    !newest.isShort &&
    PICKED.some((filter) => asked[filter] !== undefined || asked[negationKey(filter)] !== undefined)
  ) {
    lookedAt = LOOKED_AT.few;
    newest = await findNewest(ctx, filters, lookedAt + 1);
  }
  const near =
    newest === null
      ? await findBusyRange(ctx.db, asked, range, { direction: "desc", limit: lookedAt + 1 })
      : null;
  const { from, to } = near ?? ((newest && !newest.isShort && hullOf(newest.windows)) || range);
  const followed = newest === null ? await findFollowedTokens(ctx.db, asked) : null;
  const conditions = [
    sql`x.received_at >= ${later(from, range.from)}::timestamptz AND x.received_at < ${earlier(to, range.to)}::timestamptz`,
    ...(await useConditions(
      ctx.db,
      followed?.others ?? asked,
      ctx.now,
      newest?.isShort ? "by rows" : "by tokens",
    )),
  ];
  const newestFirst = sql`x.received_at DESC, x.id DESC`;
  const rows =
    followed === null
      ? rowsWithin(newest?.isShort ? newest.windows : null, conditions, newestFirst, lookedAt + 1)
      : rowsOfTokens(followed.tokens, conditions, newestFirst, lookedAt + 1);
  return { rows, lookedAt };
}
