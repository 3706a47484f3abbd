import type { Context } from "../context.ts";
import { countUpTo } from "../list-query/count-up-to.ts";
import type { Total } from "../list-query/define-table.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { secondsLeft } from "../work/model.ts";
import type { Settling } from "./model.ts";
import type { OrderRecord } from "./order-row.ts";
import { tokensOfTarget } from "./order-tokens.ts";

/** Counting a target may take this long; where it takes longer nobody knows how many there are. */
const COUNT_TIMEOUT_MS = 5_000;
const COUNT_MAX = 50_000_000;
const COUNTED_KEPT = 100;

/** What a placed order reaches grows no more: it is counted once, beside the answer. Null: being counted, or too many to count. */
const counted = new Map<string, Total | null>();

function reachedTotal(ctx: Context, order: OrderRecord): Total | null {
  if (order.size !== null) return { value: order.size, isExact: true };
  const known = counted.get(order.id);
  if (known !== undefined) return known;
  for (const oldest of counted.keys()) if (counted.size >= COUNTED_KEPT) counted.delete(oldest);
  counted.set(order.id, null);
  const { from, where } = tokensOfTarget(order.targetKind, order.targetId);
  countUpTo(
    ctx.db,
    sql`SELECT 1 FROM ${from} WHERE ${where} AND (${order.cutoff}::timestamptz IS NULL OR t.rooted_at <= ${order.cutoff}::timestamptz)
      LIMIT ${COUNT_MAX + 1}::int`,
    { max: COUNT_MAX, atLeast: () => 0, timeoutMs: COUNT_TIMEOUT_MS },
  ).then(
    (total) => counted.set(order.id, total.isExact ? total : null),
    () => counted.delete(order.id),
  );
  return null;
}

/** From when on an order is written down. */
export function settlesFrom(order: Pick<OrderRecord, "effectiveFrom" | "createdAt">): Date {
  return new Date(Math.max(order.effectiveFrom.getTime(), order.createdAt.getTime()));
}

/**
 * How far an order is written down, or null where it is, or has not begun. The total is at most that: tokens that an earlier order had ended
 * are not written again. Of a restore nobody counts the whole.
 */
export function readSettling(ctx: Context, order: OrderRecord): Settling | null {
  if (order.settledAt !== null || order.standing === "scheduled" || order.standing === "cancelled")
    return null;
  const done = order.settledCount;
  const total = order.verb === "restore" ? null : reachedTotal(ctx, order);
  return {
    done,
    total,
    secondsLeft: secondsLeft({ done, total, startedAt: settlesFrom(order), now: ctx.now }),
  };
}
