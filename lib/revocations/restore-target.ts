import { recordEntries, recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { noteContainment } from "../incidents/note-containment.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { OrderRow, Reason, TargetKind } from "./model.ts";
import { actOf } from "./order-acts.ts";
import { orderPermission } from "./order-permission.ts";
import { IS_CANCELLED, IS_RESTORED, ORDER_COLUMNS, type OrderRecord, orderRowOf } from "./order-row.ts";
import { placeOrders, requireNote } from "./place-order.ts";

/** What a restore did: the order, of several the first, and the suspensions that it ended, scheduled ones among them. */
export type RestoreResult = { order: OrderRow; orders: number; ended: OrderRow[]; says: string };

/** The target itself, or a suspension: then its target, and those of the orders that were placed with it, such as a group's members. */
export type RestoreInput = {
  target?: { kind: TargetKind; id: string } | undefined;
  orderId?: string | undefined;
  reason: Reason;
  note: string;
};

/** Suspensions that a result shows. */
const ENDED_SHOWN = 100;

function sentence(ended: readonly OrderRecord[], now: Date): string {
  const inForce = ended.filter((order) => order.effectiveFrom <= now).length;
  const scheduled = ended.length - inForce;
  const parts = [
    ...(inForce > 0 ? [inForce === 1 ? "The suspension ended" : `${inForce} suspensions ended`] : []),
    ...(scheduled > 0
      ? [`${scheduled === 1 ? "One that was" : `${scheduled} that were`} to begin later will not`]
      : []),
  ];
  return `${parts.join("; ")}. Tokens that another suspension holds stay suspended, those that were revoked stay revoked, and sign-in sessions that ended stay ended.`;
}

type Targets = { kind: TargetKind; ids: string[] };

async function targetsOf(db: Sql, input: RestoreInput): Promise<Targets> {
  if (input.target !== undefined) return { kind: input.target.kind, ids: [input.target.id] };
  const rows = isUuid(input.orderId ?? "")
    ? await run<{ kind: TargetKind; id: string }>(
        db,
        sql`SELECT o.target_kind AS kind, o.target_id AS id FROM revocation_order o WHERE o.id = ${input.orderId ?? ""}::uuid AND o.verb = 'suspend'
          UNION SELECT x.target_kind, x.target_id FROM revocation_order o JOIN revocation_order x ON x.plan_id = o.plan_id AND x.verb = 'suspend'
            AND x.target_kind = o.target_kind WHERE o.id = ${input.orderId ?? ""}::uuid AND o.verb = 'suspend'`,
      )
    : [];
  const [first] = rows;
  if (first === undefined) throw notFound("The suspension");
  return { kind: first.kind, ids: rows.map((row) => row.id) };
}

async function findSuspensions(tx: Sql, { kind, ids }: Targets): Promise<OrderRecord[]> {
  return run<OrderRecord>(
    tx,
    sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.verb = 'suspend' AND o.target_kind = ${kind}
      AND o.target_id = ANY (${ids}::text[]) AND (o.expires_at IS NULL OR o.expires_at > clock_timestamp()) AND NOT ${IS_CANCELLED}
      AND NOT ${IS_RESTORED} ORDER BY o.position`,
  );
}

/** The cases that some orders were placed in, by their numbers. */
async function casesOf(db: Sql, orderIds: readonly string[]): Promise<number[]> {
  const rows = await run<{ number: number }>(
    db,
    sql`SELECT DISTINCT i.number FROM revocation_order o JOIN incident i ON i.id = o.incident_id WHERE o.id = ANY (${orderIds}::uuid[])`,
  );
  return rows.map(({ number }) => number);
}

/**
 * Ends the suspensions of a target, in force or scheduled; never a revocation, and no suspension of another target. Recorded as
 * `<noun>.…restored`, several at once as `order.restored` and on each of them. A contained case that a suspension was placed in, and of which something works
 * by it, is open again: recorded as `incident.containment_lost`. Needs `order:write` and what the target needs.
 *
 * @throws {DomainError} FORBIDDEN, NOT_FOUND where nothing suspends by this target, INVALID_INPUT where the reason needs a note.
 */
export async function restoreTarget(ctx: Context, input: RestoreInput): Promise<RestoreResult> {
  requirePermission(ctx, "order:write");
  const targets = await targetsOf(ctx.db, input);
  const { kind } = targets;
  requirePermission(ctx, orderPermission(kind));
  requireNote(input);
  const { cases, ...result } = await ctx.db.transaction(async (tx) => {
    // the feed's head makes a line: of two restores at once the second finds nothing left
    await tx.query("SELECT position FROM feed_head WHERE id = 1 FOR UPDATE");
    const ended = await findSuspensions(tx, targets);
    const names = new Map(ended.map((order) => [order.targetId, order.targetName]));
    if (names.size === 0)
      throw new DomainError("NOT_FOUND", "No suspension by this target is in force or scheduled.");
    const restored = [...names].map(([id, name]) => ({ kind, id, name }));
    const placed = await placeOrders(tx, ctx, {
      verb: "restore",
      targets: restored,
      reason: input.reason,
      note: input.note,
    });
    const first = placed[0] as (typeof placed)[number];
    const [record] = await run<OrderRecord>(
      tx,
      sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.id = ${first.id}::uuid`,
    );
    const [only] = restored;
    const why = { reason: input.reason, note: input.note.trim() === "" ? undefined : input.note.trim() };
    const several = { kind: "order", id: input.orderId ?? first.id, name: `${restored.length} ${kind}s` };
    await recordEntry(tx, ctx, {
      act: restored.length === 1 ? actOf("restore", kind) : "order.restored",
      target: restored.length === 1 && only !== undefined ? only : several,
      ...why,
      after: { orderId: first.id, orders: placed.length, endedOrderIds: ended.map((order) => order.id) },
    });
    if (restored.length > 1)
      await recordEntries(
        tx,
        ctx,
        restored.map((target, index) => ({
          act: actOf("restore", kind),
          target,
          ...why,
          after: { orderId: placed[index]?.id, withOrderId: first.id },
        })),
      );
    return {
      cases: await casesOf(
        tx,
        ended.map(({ id }) => id),
      ),
      order: orderRowOf(record as OrderRecord),
      orders: placed.length,
      ended: ended
        .slice(0, ENDED_SHOWN)
        .map((order) => orderRowOf({ ...order, standing: "restored" as const })),
      says: sentence(ended, first.at),
    };
  });
  for (const number of cases) await noteContainment(ctx, number);
  return result;
}
