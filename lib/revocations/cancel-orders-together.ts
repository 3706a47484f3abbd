import { recordEntries, recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { requireTimeToCallOff, requireTimeToCommit, tooLate } from "./call-off-time.ts";
import type { OrderRow, Reason, Verb } from "./model.ts";
import { orderPermission } from "./order-permission.ts";
import { ORDER_COLUMNS, type OrderRecord, orderRowOf, placedWith } from "./order-row.ts";
import { type PlacedOrder, placeOrders, requireNote } from "./place-order.ts";

/** `order` is the one that was asked for, as it stands now; `orders` were called off, it among them where it had not been before. */
export type CancelTogetherResult = { order: OrderRow; orders: number; says: string };

/** The order and all that came from its plan with it, each locked, by their places in the feed. */
async function lockTogether(tx: Sql, id: string): Promise<OrderRecord[]> {
  const rows = await run<{ id: string }>(
    tx,
    sql`SELECT o.id FROM revocation_order o WHERE o.id = ${id}::uuid OR ${placedWith(id)} ORDER BY o.position FOR UPDATE`,
  );
  // what was called off meanwhile is read once they are held
  return run<OrderRecord>(
    tx,
    sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.id = ANY (${rows.map((row) => row.id)}::uuid[]) ORDER BY o.position`,
  );
}

const NOUNS: Partial<Record<Verb, string>> = { revoke: "revoked", suspend: "suspended" };

function sentence(orders: number, verb: Verb): string {
  const what =
    orders === 1 ? "One order was called off: it" : `${orders} orders were called off: none of them`;
  return `${what} will ${orders === 1 ? "not begin" : "begin"}, and no token is ${NOUNS[verb] ?? "changed"} by ${orders === 1 ? "it" : "them"}.`;
}

/**
 * Calls an order off before it begins and, as one act, all that were placed with it by one plan and have not been called off, such as those upon a
 * group's members: each is an order of its own in the feed. Recorded as `order.cancelled` upon the order, and on each of their targets.
 * All or none. Needs `order:write` and what their targets need.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, ALREADY_ENDED where they are in force, begin within seconds, or were all called off before;
 *   INVALID_INPUT where the reason needs a note.
 */
export async function cancelOrdersTogether(
  ctx: Context,
  { id, reason, note }: { id: string; reason: Reason; note: string },
): Promise<CancelTogetherResult> {
  requirePermission(ctx, "order:write");
  requireNote({ reason, note });
  if (!isUuid(id)) throw notFound("The order");
  return ctx.db.transaction(async (tx) => {
    const all = await lockTogether(tx, id);
    const asked = all.find((order) => order.id === id);
    if (asked === undefined) throw notFound("The order");
    for (const kind of new Set(all.map((order) => order.targetKind)))
      requirePermission(ctx, orderPermission(kind));
    const left = all.filter((order) => order.standing !== "cancelled");
    const [first] = left;
    if (first === undefined) throw new DomainError("ALREADY_ENDED", "These orders were called off before.");
    if (left.some((order) => order.standing !== "scheduled")) throw tooLate();
    const begins = new Date(Math.min(...left.map((order) => order.effectiveFrom.getTime())));
    await requireTimeToCallOff(tx, ctx, begins);

    const targets = left.map((order) => ({
      kind: order.targetKind,
      id: order.targetId,
      name: order.targetName,
    }));
    const placed = await placeOrders(tx, ctx, {
      verb: "cancel",
      targets: targets.map((target, index) => ({ ...target, cancelsId: left[index]?.id })),
      reason,
      note,
    });
    const [{ id: withOrderId, at: placedAt }] = placed as [PlacedOrder];
    // there is nothing left to be written down
    await tx.query(
      "UPDATE revocation_order SET settled_at = $2::timestamptz WHERE id = ANY ($1::uuid[]) AND settled_at IS NULL",
      [left.map((order) => order.id), placedAt],
    );
    const why = { reason, note: note.trim() === "" ? undefined : note.trim() };
    const before = { verb: first.verb, effectiveFrom: begins.toISOString() };
    await recordEntry(tx, ctx, {
      act: "order.cancelled",
      target: {
        kind: "order",
        id,
        name: `${left.length} ${first.targetKind}${left.length === 1 ? "" : "s"}`,
      },
      ...why,
      before,
      after: { orderId: withOrderId, orders: left.length },
    });
    await recordEntries(
      tx,
      ctx,
      targets.map((target, index) => ({
        act: "order.cancelled",
        target,
        ...why,
        before,
        after: { orderId: placed[index]?.id, withOrderId, cancels: left[index]?.id },
      })),
    );
    const order = { ...asked, standing: "cancelled" as const, settledAt: asked.settledAt ?? placedAt };
    await requireTimeToCommit(tx, ctx, begins);
    return { order: orderRowOf(order), orders: left.length, says: sentence(left.length, first.verb) };
  });
}
