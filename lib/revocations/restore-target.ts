import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { OrderRow, Reason, TargetKind } from "./model.ts";
import { actOf } from "./order-acts.ts";
import { orderPermission } from "./order-permission.ts";
import { IS_CANCELLED, IS_RESTORED, ORDER_COLUMNS, type OrderRecord, orderRowOf } from "./order-row.ts";
import { placeOrder, requireNote } from "./place-order.ts";

/** What a restore did: the order, and the suspensions that it ended, scheduled ones among them. */
export type RestoreResult = { order: OrderRow; ended: OrderRow[]; says: string };

function sentence(ended: readonly OrderRecord[], now: Date): string {
  const inForce = ended.filter((order) => order.effectiveFrom <= now).length;
  const scheduled = ended.length - inForce;
  const parts = [
    ...(inForce > 0 ? [`${inForce === 1 ? "The suspension ended" : `${inForce} suspensions ended`}`] : []),
    ...(scheduled > 0
      ? [`${scheduled === 1 ? "One that was" : `${scheduled} that were`} to begin later will not`]
      : []),
  ];
  return `${parts.join("; ")}. Tokens that another suspension holds stay suspended, those that were revoked stay revoked, and sign-in sessions that ended stay ended.`;
}

/**
 * Ends the suspensions of one target, in force or scheduled; never a revocation, and no suspension of another target. Recorded as
 * `<noun>.…restored`. Needs `order:write` and what the target needs.
 *
 * @throws {DomainError} FORBIDDEN, NOT_FOUND where nothing suspends by this target, INVALID_INPUT where the reason needs a note.
 */
export async function restoreTarget(
  ctx: Context,
  input: { target: { kind: TargetKind; id: string }; reason: Reason; note: string },
): Promise<RestoreResult> {
  requirePermission(ctx, "order:write");
  const { kind, id } = input.target;
  requirePermission(ctx, orderPermission(kind));
  requireNote(input);
  return ctx.db.transaction(async (tx) => {
    // the feed's head makes a line: of two restores at once the second finds nothing left
    await tx.query("SELECT position FROM feed_head WHERE id = 1 FOR UPDATE");
    const ended = await run<OrderRecord>(
      tx,
      sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.verb = 'suspend' AND o.target_kind = ${kind} AND o.target_id = ${id}
        AND (o.expires_at IS NULL OR o.expires_at > clock_timestamp()) AND NOT ${IS_CANCELLED} AND NOT ${IS_RESTORED} ORDER BY o.position`,
    );
    const last = ended.at(-1);
    if (last === undefined)
      throw new DomainError("NOT_FOUND", "No suspension by this target is in force or scheduled.");
    const target = { kind, id, name: last.targetName };
    const placed = await placeOrder(tx, ctx, {
      verb: "restore",
      target,
      reason: input.reason,
      note: input.note,
    });
    const [record] = await run<OrderRecord>(
      tx,
      sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.id = ${placed.id}::uuid`,
    );
    await recordEntry(tx, ctx, {
      act: actOf("restore", kind),
      target,
      reason: input.reason,
      note: input.note.trim() === "" ? undefined : input.note.trim(),
      after: { orderId: placed.id, endedOrderIds: ended.map((order) => order.id) },
    });
    return {
      order: orderRowOf(record as OrderRecord),
      ended: ended.map((order) => orderRowOf({ ...order, standing: "restored" })),
      says: sentence(ended, placed.at),
    };
  });
}
