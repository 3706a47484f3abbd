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
/** Orders that are kept. */
const KEPT_MAX = 200;

export type ReachedAudiences = {
  /** For each audience of a token that had not expired at the commit: when the last JWT for it expires; null where all are opaque. */
  lastJwtMs: ReadonlyMap<string, number | null> | null;
  /** When no token can be left: the longest lifetime after the commit. */
  boundMs: number;
};

type Kept = { found: ReachedAudiences; untilMs: number };
const kept = new WeakMap<object, Map<string, Kept>>();

/**
 * Which audiences an order's tokens are for, and until when. An order takes in no token after its commit, so that what was found is kept; of a
 * frozen selection once all of it is written. `lastJwtMs` is null where it took too long to find out.
 */
export async function readReachedAudiences(ctx: Context, order: OrderRecord): Promise<ReachedAudiences> {
  const orders = kept.get(ctx.db.pool) ?? new Map<string, Kept>();
  kept.set(ctx.db.pool, orders);
  const known = orders.get(order.id);
  if (known !== undefined && known.untilMs > performance.now()) return known.found;
  const { from, where } = tokensOfTarget(order.targetKind, order.targetId);
  const rows = await withinTime<{ audience: string; lastJwtAt: Date | null }>(
    ctx.db,
    sql`SELECT a.name AS audience, max(t.expires_at) FILTER (WHERE t.format = 'jwt') AS "lastJwtAt"
      FROM ${from} CROSS JOIN LATERAL unnest(t.audiences) AS a(name)
      WHERE ${where} AND t.kind = 'access' AND t.expires_at > ${order.createdAt}::timestamptz
        AND (${order.cutoff}::timestamptz IS NULL OR t.rooted_at <= ${order.cutoff}::timestamptz) GROUP BY 1`,
    WAIT_MS,
  );
  const found: ReachedAudiences = {
    lastJwtMs:
      rows === null
        ? null
        : new Map(rows.map(({ audience, lastJwtAt }) => [audience, lastJwtAt?.getTime() ?? null])),
    boundMs: order.createdAt.getTime() + LIFETIME_RANGES.accessTokenTtlMaxSeconds.max * 1_000,
  };
  const isFinal = rows !== null && (order.targetKind !== "selection" || order.settledAt !== null);
  if (rows === null || isFinal) {
    if (orders.size >= KEPT_MAX) orders.delete(orders.keys().next().value as string);
    orders.set(order.id, {
      found,
      untilMs: isFinal ? Number.POSITIVE_INFINITY : performance.now() + AGAIN_AFTER_MS,
    });
  }
  return found;
}
