import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { requireTimeToCallOff, requireTimeToCommit, tooLate } from "./call-off-time.ts";
import type { OrderRow, Reason } from "./model.ts";
import { orderPermission } from "./order-permission.ts";
import { ORDER_COLUMNS, type OrderRecord, orderRowOf } from "./order-row.ts";
import { placeOrder, requireNote } from "./place-order.ts";

async function read(tx: Sql, id: string): Promise<OrderRecord | undefined> {
  const [record] = await run<OrderRecord>(
    tx,
    sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.id = ${id}::uuid`,
  );
  return record;
}

/**
 * Calls a scheduled order off before it begins: a cancel order in the feed, with its entry `order.cancelled`. The order itself stays on record.
 * Needs `order:write` and what its target needs.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, ALREADY_ENDED where it is in force, begins within seconds, or was called off before; INVALID_INPUT
 *   where the reason needs a note.
 */
export async function cancelOrder(
  ctx: Context,
  { id, reason, note }: { id: string; reason: Reason; note: string },
): Promise<OrderRow> {
  requirePermission(ctx, "order:write");
  requireNote({ reason, note });
  if (!isUuid(id)) throw notFound("The order");
  return ctx.db.transaction(async (tx) => {
    await tx.query("SELECT id FROM revocation_order WHERE id = $1::uuid FOR UPDATE", [id]);
    const order = await read(tx, id);
    if (order === undefined) throw notFound("The order");
    requirePermission(ctx, orderPermission(order.targetKind));
    if (order.standing === "cancelled")
      throw new DomainError("ALREADY_ENDED", "The order was called off before.");
    const isScheduled = order.effectiveFrom > order.createdAt && order.standing === "scheduled";
    if (!isScheduled) throw tooLate();
    await requireTimeToCallOff(tx, ctx, order.effectiveFrom);
    const target = { kind: order.targetKind, id: order.targetId, name: order.targetName };
    const placed = await placeOrder(tx, ctx, {
      verb: "cancel",
      target: { ...target, cancelsId: order.id },
      reason,
      note,
    });
    // there is nothing left to be written down
    await tx.query(
      "UPDATE revocation_order SET settled_at = $2::timestamptz WHERE id = $1::uuid AND settled_at IS NULL",
      [order.id, placed.at],
    );
    const cancelled = await read(tx, id);
    await recordEntry(tx, ctx, {
      act: "order.cancelled",
      target,
      reason,
      note: note.trim() === "" ? undefined : note.trim(),
      before: { verb: order.verb, effectiveFrom: order.effectiveFrom.toISOString() },
      after: { orderId: placed.id, cancels: order.id },
    });
    await requireTimeToCommit(tx, ctx, order.effectiveFrom);
    return orderRowOf(cancelled as OrderRecord);
  });
}
