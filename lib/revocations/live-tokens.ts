import type { Context } from "../context.ts";
import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { countUpTo } from "../list-query/count-up-to.ts";
import type { Total } from "../list-query/define-table.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { isOfUse, stretchesOf } from "../tokens/lead.ts";
import { readTally, type TallyQuestion } from "../tokens/read-tally.ts";
import { readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";
import { COUNT_MAX } from "./model.ts";

/** Tokens that work, or will again without anybody's doing: active, suspended, not yet valid. As FROM … WHERE on `token t`. */
export type LiveTokens = (which: Fragment) => Fragment;

/** How live tokens are told at `now`, the orders that are in force but unsettled among it. */
export async function liveTokens(ctx: { db: Sql; now: Date }): Promise<LiveTokens> {
  const state = stateSql(await readPendingOrders(ctx.db, ctx.now), ctx.now, 0);
  return (which) =>
    sql`FROM token t ${STATE_JOINS} WHERE ${which} AND t.expires_at > ${ctx.now}::timestamptz AND NOT ${state.isRevoked}
      AND NOT (${state.isConsumed})`;
}

const OF_ALL_TIMES: Omit<TallyQuestion, "clientIds" | "expiresAfter"> = {
  labels: [],
  kinds: null,
  formats: null,
  issued: { from: null, to: null },
  livesLongerThanSeconds: null,
  ofClientsOrUsers: null,
};

/**
 * The target with its tokens bounded to those that were issued late enough to be live still, by the tally's longest lifetimes. What a large client was given
 * has expired for the most part; its index is in the order of issue.
 */
export async function lateEnoughToLive<T extends { kind: string; id: string; tokens: Fragment }>(
  ctx: Context,
  target: T,
): Promise<T> {
  if (target.kind !== "client") return target;
  const question = { ...OF_ALL_TIMES, clientIds: [target.id], expiresAfter: ctx.now };
  const tally = await readTally(ctx.db, question);
  const [first] = isOfUse(tally, ctx.now) ? stretchesOf(tally, question, null) : [];
  if (!first?.from) return target;
  return { ...target, tokens: sql`${target.tokens} AND t.issued_at >= ${first.from}::timestamptz` };
}

/** Counts live tokens, exactly up to COUNT_MAX; what takes longer than `timeoutMs` is not waited for. */
export function countLive(
  db: Database,
  live: LiveTokens,
  which: Fragment,
  timeoutMs = 1_000,
): Promise<Total> {
  return countUpTo(db, sql`SELECT 1 ${live(which)} LIMIT ${COUNT_MAX + 1}::int`, {
    max: COUNT_MAX,
    atLeast: () => 0,
    timeoutMs,
  });
}

/** When `token t` ends by itself: a refresh token with its family, because it can be renewed until then. */
export const ENDS_AT = sql`CASE WHEN t.kind = 'refresh' THEN greatest(t.expires_at, (SELECT f.expires_at FROM token_family f WHERE f.id = t.family_id))
  ELSE t.expires_at END`;

/** When the last of some live tokens expires, and whether refresh tokens are among them; null where it takes longer than `timeoutMs` to find. */
export async function lastExpiryOf(
  db: Database,
  live: LiveTokens,
  which: Fragment,
  timeoutMs = 1_000,
): Promise<{ at: Date | null; canBeRenewed: boolean | null } | null> {
  const rows = await withinTime<{ at: Date | null; canBeRenewed: boolean | null }>(
    db,
    sql`SELECT max(t.expires_at) AS at, bool_or(t.kind = 'refresh') AS "canBeRenewed" ${live(which)}`,
    timeoutMs,
  );
  return rows?.[0] ?? null;
}
