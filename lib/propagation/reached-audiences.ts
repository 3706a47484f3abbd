import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { LIFETIME_RANGES } from "../organisation/model.ts";
import type { OrderRecord } from "../revocations/order-row.ts";
import { tokensOfTarget } from "../revocations/order-tokens.ts";

/** How long a board waits to learn what an order reaches. */
const WAIT_MS = 700;
/** One that took longer is not tried again for so long. */
const AGAIN_AFTER_MS = 20_000;
/** What was found counts for so long while tokens may still come to it. */
const FRESH_MS = 2_000;
/** An issue that was under way when an order began is over by then. */
const UNDER_WAY_MS = 60_000;
/** Orders that are kept. */
const KEPT_MAX = 200;

export type ReachedAudiences = {
  /** For each audience of a token that had not expired when the order began, or will not have: when the last JWT for it expires; null where all are opaque. */
  lastJwtMs: ReadonlyMap<string, number | null> | null;
  /** When no token can be left: the longest lifetime after the order's beginning. */
  boundMs: number;
};

type Kept = { found: ReachedAudiences; untilMs: number };
const kept = new WeakMap<object, Map<string, Kept>>();

/**
 * Which audiences an order's tokens are for, and until when. An order takes in no token after its beginning, so that what was found is kept; of a
 * frozen selection once all of it is written. `lastJwtMs` is null where it took too long to find out, and where nobody can know: before an order begins
 * that was placed to begin later, its target is issued further tokens, for whichever audience.
 */
export async function readReachedAudiences(ctx: Context, order: OrderRecord): Promise<ReachedAudiences> {
  const orders = kept.get(ctx.db.pool) ?? new Map<string, Kept>();
  kept.set(ctx.db.pool, orders);
  const known = orders.get(order.id);
  if (known !== undefined && known.untilMs > performance.now()) return known.found;
  const beginsMs = Math.max(order.createdAt.getTime(), order.effectiveFrom.getTime());
  const boundMs = beginsMs + LIFETIME_RANGES.accessTokenTtlMaxSeconds.max * 1_000;
  const takesInMore = order.targetKind !== "token" && order.targetKind !== "selection";
  if (takesInMore && order.effectiveFrom > order.createdAt && ctx.now.getTime() < beginsMs)
    return { lastJwtMs: null, boundMs };
  const { from, where } = tokensOfTarget(order.targetKind, order.targetId);
  const rows = await withinTime<{ audience: string; lastJwtAt: Date | null }>(
    ctx.db,
    sql`SELECT a.name AS audience, max(t.expires_at) FILTER (WHERE t.format = 'jwt') AS "lastJwtAt"
      FROM ${from} CROSS JOIN LATERAL unnest(t.audiences) AS a(name)
      WHERE ${where} AND t.kind = 'access' AND t.expires_at > ${new Date(beginsMs)}::timestamptz
        AND (${order.cutoff}::timestamptz IS NULL OR t.rooted_at <= ${order.cutoff}::timestamptz) GROUP BY 1`,
    WAIT_MS,
  );
  const found: ReachedAudiences = {
    lastJwtMs:
      rows === null
        ? null
        : new Map(rows.map(({ audience, lastJwtAt }) => [audience, lastJwtAt?.getTime() ?? null])),
    boundMs,
  };
  const isWhole =
    order.targetKind === "selection"
      ? order.settledAt !== null
      : !takesInMore || ctx.now.getTime() >= beginsMs + UNDER_WAY_MS;
  if (order.targetKind === "selection" && !isWhole) return found;
  if (orders.size >= KEPT_MAX) orders.delete(orders.keys().next().value as string);
  orders.set(order.id, { found, untilMs: performance.now() + keptForMs(rows !== null, isWhole) });
  return found;
}

function keptForMs(isFound: boolean, isWhole: boolean): number {
  if (!isFound) return AGAIN_AFTER_MS;
  return isWhole ? Number.POSITIVE_INFINITY : FRESH_MS;
}
