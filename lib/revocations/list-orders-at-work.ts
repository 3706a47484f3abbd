import { can } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { WORK_SHOWN_FOR_SECONDS, type WorkItem } from "../work/model.ts";
import type { Verb } from "./model.ts";
import { ORDER_COLUMNS, type OrderRecord } from "./order-row.ts";
import { readSettling, settlesFrom } from "./read-settling.ts";

const SHOWN_MAX = 20;
/** Most orders are written down before anybody could look: what takes no longer, and writes no more, is no long work. */
const LONG_SECONDS = 5;
const LONG_TOKENS = 5_000;
/** What few tokens belong to is short work, also where it has to wait for its turn behind others. */
const IS_WIDE = sql`o.target_kind NOT IN ('token', 'family', 'session')`;
const ACTS: Record<Verb, { name: string; unit: string }> = {
  revoke: { name: "Revocation", unit: "tokens written down" },
  suspend: { name: "Suspension", unit: "tokens written down" },
  restore: { name: "Restore", unit: "tokens written down" },
  cancel: { name: "Call-off", unit: "tokens written down" },
};

function itemOf(ctx: Context, order: OrderRecord): WorkItem {
  const isSettled = order.settledAt !== null;
  const done = order.settledCount;
  const settling = readSettling(ctx, order);
  return {
    kind: "order",
    id: order.id,
    title: `${ACTS[order.verb].name}: ${order.targetKind.replaceAll("_", " ")} ${order.targetName}`,
    unit: ACTS[order.verb].unit,
    state: isSettled ? "done" : "running",
    done,
    total: isSettled ? { value: done, isExact: true } : (settling?.total ?? null),
    secondsLeft: settling?.secondsLeft ?? null,
    startedAt: settlesFrom(order).toISOString(),
    endedAt: order.settledAt?.toISOString() ?? null,
    note: isSettled ? null : "In force since it was placed; this only writes it down.",
    cancelPath: null,
    href: `/orders/${order.id}`,
  };
}

/** Orders that are being written down for longer than a moment, or were within the last hour. Nothing for who may not read orders. */
export async function listOrdersAtWork(ctx: Context): Promise<WorkItem[]> {
  if (!can(ctx, "order:read")) return [];
  const orders = await run<OrderRecord>(
    ctx.db,
    sql`(SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.settled_at IS NULL AND ${IS_WIDE}
          AND greatest(o.effective_from, o.created_at) < ${ctx.now}::timestamptz - make_interval(secs => ${LONG_SECONDS}::int)
          ORDER BY o.position DESC LIMIT ${SHOWN_MAX}::int)
      UNION ALL
        (SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.created_at > ${ctx.now}::timestamptz - interval '1 day'
          AND ${IS_WIDE} AND o.settled_at > ${ctx.now}::timestamptz - make_interval(secs => ${WORK_SHOWN_FOR_SECONDS}::int)
          AND (o.settled_count >= ${LONG_TOKENS}::int
            OR o.settled_at > greatest(o.effective_from, o.created_at) + make_interval(secs => ${2 * LONG_SECONDS}::int))
          ORDER BY o.created_at DESC LIMIT ${SHOWN_MAX}::int)`,
  );
  return orders.map((order) => itemOf(ctx, order));
}
