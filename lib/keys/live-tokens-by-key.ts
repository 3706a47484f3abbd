import type { Context } from "../context.ts";
import type { Total } from "../list-query/define-table.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { timedCache } from "../list-query/timed-cache.ts";
import { withinTime } from "../list-query/within-time.ts";
import { countTokens } from "../tokens/count-tokens.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";

type LiveOf = (kid: string) => Total;

const TIMEOUT_MS = 1_900;
const cache = timedCache<object, LiveOf>();

/**
 * Active tokens by the key that signed them, orders that are not settled yet among what ends them. All keys are counted by one walk of what has
 * not expired, exactly; where that is too much to count in time, each key by itself as the list behind it counts, "at least" above its maximum.
 * Kept a little by what counting cost.
 */
export function liveTokensByKey(ctx: Context, kids: readonly string[]): Promise<LiveOf> {
  return cache.get(ctx.db.pool, async () => {
    const [pending, skew] = await Promise.all([readPendingOrders(ctx.db, ctx.now), readClockSkew(ctx.db)]);
    const { state } = stateSql(pending, ctx.now, skew);
    const rows = await withinTime<{ kid: string; count: bigint }>(
      ctx.db,
      sql`SELECT t.signing_kid AS kid, count(*) AS count FROM token t ${STATE_JOINS}
        WHERE t.expires_at > ${ctx.now}::timestamptz AND t.signing_kid IS NOT NULL AND ${state} = 'active' GROUP BY 1`,
      TIMEOUT_MS,
    );
    const counts = new Map<string, Total>();
    if (rows === null)
      for (const kid of kids) counts.set(kid, await countTokens(ctx, { key: kid, state: ["active"] }));
    else for (const { kid, count } of rows) counts.set(kid, { value: Number(count), isExact: true });
    return (kid) => counts.get(kid) ?? { value: 0, isExact: rows !== null };
  });
}
