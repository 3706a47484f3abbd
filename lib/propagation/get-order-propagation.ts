import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { ORDER_COLUMNS, type OrderRecord } from "../revocations/order-row.ts";
import { tokensOfTarget } from "../revocations/order-tokens.ts";
import { readClockSkew } from "../tokens/state-sql.ts";
import { readFeedPlace } from "./feed-place.ts";
import { journeyOf } from "./journey-of-order.ts";
import type { Journey } from "./model.ts";
import { readReachedAudiences } from "./reached-audiences.ts";
import { readEvidence } from "./read-accepted-uses.ts";
import { readOrderCheckers } from "./read-checkers.ts";

/**
 * An order's journey: for each verifier that answers for what it reaches, when it acknowledged, or until when it can still accept what was taken
 * back, and why. Needs `order:read` and `verifier:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN
 */
export async function getOrderPropagation(ctx: Context, orderId: string): Promise<Journey> {
  requirePermission(ctx, "order:read");
  requirePermission(ctx, "verifier:read");
  const [order] = isUuid(orderId)
    ? await run<OrderRecord>(
        ctx.db,
        sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.id = ${orderId}::uuid`,
      )
    : [];
  if (order === undefined) throw notFound("The order");
  const [reached, skewSeconds, place] = await Promise.all([
    readReachedAudiences(ctx, order),
    readClockSkew(ctx.db),
    readFeedPlace(ctx.db, order, ctx.now),
  ]);
  const { lastJwtMs, boundMs } = reached;
  const toleranceMs = skewSeconds * 1_000;
  const [checkers, evidence] = await Promise.all([
    readOrderCheckers(ctx.db, {
      audiences: lastJwtMs === null ? null : [...lastJwtMs.keys()],
      placedAt: order.createdAt,
      ...place,
    }),
    readEvidence(ctx.db, order, tokensOfTarget(order.targetKind, order.targetId), { toleranceMs }),
  ]);
  const lastTokenMsOf = (audience: string) => {
    if (lastJwtMs === null) return boundMs + toleranceMs;
    const ms = lastJwtMs.get(audience);
    return typeof ms === "number" ? ms + toleranceMs : ms;
  };
  return journeyOf(
    {
      order,
      lastTokenMsOf,
      isExact: lastJwtMs !== null,
      evidence,
      toleranceMs,
      committedAt: place.committedAt,
      now: ctx.now,
    },
    checkers,
  );
}
