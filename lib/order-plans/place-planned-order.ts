import { noteReach } from "../approvals/bulk-reach.ts";
import { type Act, recordEntries, recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { findEndingOrder } from "../revocations/already-revoked.ts";
import { begunByOf, sayBegunBy, withoutLater } from "../revocations/begun-by.ts";
import { liveTokens } from "../revocations/live-tokens.ts";
import type { TargetKind } from "../revocations/model.ts";
import { actOf, scheduledAct } from "../revocations/order-acts.ts";
import { orderPermission } from "../revocations/order-permission.ts";
import { ORDER_COLUMNS, type OrderRecord, orderRowOf } from "../revocations/order-row.ts";
import { type OrderTarget, type PlacedOrder, placeOrders, requireNote } from "../revocations/place-order.ts";
import { lastExpiryOf } from "../revocations/refused-everywhere.ts";
import { settleAtOnce } from "../revocations/settle-selection.ts";
import { OF_ONE, requirePlanStepUp } from "../step-up/require-bulk-step-up.ts";
import { findNewcomers, requireUnchanged } from "./changes-since.ts";
import type { PlannedOrderInput } from "./input.ts";
import { type PlannedOrderResult, SELECTION_AT_ONCE_MAX } from "./model.ts";
import type { PlanTarget } from "./plan-target.ts";
import { isByBatches, outcomeSentences, refusedEverywhereOf } from "./plan-words.ts";
import { getOwnPlan, type PlanRecord, targetOfPlan } from "./read-plan.ts";
import { readRemainingOf } from "./remaining-wide.ts";
import { countReached } from "./selected-tokens.ts";

/** How long counting may hold an order up. */
const COUNT_WAIT_MS = 500;

async function readOrder(db: Sql, id: string): Promise<OrderRecord> {
  const [record] = await run<OrderRecord>(
    db,
    sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.id = ${id}::uuid`,
  );
  return record as OrderRecord;
}

async function usePlan(tx: Sql, ctx: Context, plan: PlanRecord, orderId: string): Promise<void> {
  await run(
    tx,
    sql`UPDATE order_plan SET used_at = ${ctx.now}::timestamptz, order_id = ${orderId}::uuid WHERE id = ${plan.id}::uuid`,
  );
}

function requireConfirmed(ctx: Context, plan: PlanRecord, confirm: string | undefined): void {
  if (plan.needsOwner) requirePermission(ctx, "everything:revoke");
  if (plan.confirm !== null && confirm?.trim() !== plan.confirm)
    throw new DomainError("INVALID_INPUT", `Type "${plan.confirm}" to confirm an order over so much.`, {
      fields: [{ path: "confirm", message: `must be ${plan.confirm}` }],
    });
}

/** How many tokens live when the order is placed: what its result says, and the log. */
type Live = { tokens: number; isExact: boolean };

/** On the target's own page, and of a group's members on each user's too, with the order that is theirs. */
async function recordPlaced(
  tx: Sql,
  ctx: Context,
  plan: PlanRecord,
  { orders, targets, live }: { orders: readonly PlacedOrder[]; targets: readonly OrderTarget[]; live: Live },
  { reason, note }: Pick<PlannedOrderInput, "reason" | "note">,
): Promise<void> {
  const [first] = orders;
  const act = (kind: TargetKind) => (first?.isScheduled ? scheduledAct(plan.verb) : actOf(plan.verb, kind));
  const why = { reason, note: note.trim() === "" ? undefined : note.trim() };
  const begunBy = plan.effectiveFrom === null ? begunByOf(ctx, plan.targetKind, plan.lookedFrom) : undefined;
  const times = {
    ...(begunBy === undefined ? {} : { begunBy: begunBy.toISOString() }),
    ...(plan.effectiveFrom === null ? {} : { effectiveFrom: plan.effectiveFrom.toISOString() }),
    ...(plan.suspendedUntil === null ? {} : { suspendedUntil: plan.suspendedUntil.toISOString() }),
  };
  await recordEntry(tx, ctx, {
    act: act(plan.targetKind),
    target: { kind: plan.targetKind, id: plan.targetId, name: plan.targetName },
    ...why,
    after: {
      orderId: first?.id,
      ...(plan.isMembers ? { members: orders.length } : {}),
      planId: plan.id,
      liveTokens: live.tokens,
      liveTokensIsExact: live.isExact,
      ...times,
    },
  });
  if (!plan.isMembers) return;
  const memberOf = plan.targetName;
  await recordEntries(
    tx,
    ctx,
    targets.map((target, index) => ({
      act: act(target.kind),
      target,
      ...why,
      after: { orderId: orders[index]?.id, memberOf, planId: plan.id, ...times },
    })),
  );
}

/** The members of now: none of them is a newcomer, and who left since is spared. */
async function targetsOf(tx: Sql, plan: PlanRecord, target: PlanTarget): Promise<OrderTarget[]> {
  if (target.memberIds === null) return [{ kind: target.kind, id: target.id, name: target.name }];
  const rows = await run<{ id: string; email: string }>(
    tx,
    sql`SELECT u.id, u.email FROM user_account u WHERE u.id = ANY (${target.memberIds}::uuid[])
      AND u.id IN (SELECT unnest(n.ids) FROM order_plan_name n WHERE n.plan_id = ${plan.id}::uuid AND n.kind = 'user') ORDER BY u.id`,
  );
  return rows.map(({ id, email }) => ({ kind: "user" as const, id, name: email }));
}

/** What its order reaches; of one that waited for a second person what they were shown, and nothing that began since. */
async function reachedByPlan(db: Sql, ctx: Context, plan: PlanRecord): Promise<PlanTarget> {
  const begunBy = begunByOf(ctx, plan.targetKind, plan.lookedFrom);
  return withoutLater(await targetOfPlan(db, plan), begunBy, ctx.now);
}

type Placed = { id: string; orders: number; wasPlaced: boolean; target: PlanTarget };

export type PlacingOptions = {
  /** What else is done in the order's transaction, before the feed's head is locked. It returns its acts, which are recorded after the order's. */
  together?: (tx: Sql) => Promise<(outcome: { orderId: string; wasPlaced: boolean }) => readonly Act[]>;
  /** Reaches whom the plan did not name too: the plan has said so. */
  reachesNewcomers?: boolean;
  /** The case that the order is placed in. */
  incidentId?: string;
};

/** What of the order happens in one transaction: the plan and the feed's head are locked, and the target is looked at again. */
async function place(
  tx: Sql,
  ctx: Context,
  input: PlannedOrderInput,
  { lookedFrom, live }: { lookedFrom: Date; live: Live },
  { together, reachesNewcomers = false, incidentId }: PlacingOptions,
): Promise<Placed> {
  const { reason, note } = input;
  const plan = await getOwnPlan(tx, ctx, input, true);
  const target = await reachedByPlan(tx, ctx, plan);
  const actsOf = await together?.(tx);
  // nobody places an order between this look and the commit
  await tx.query("SELECT position FROM feed_head WHERE id = 1 FOR UPDATE");
  const ended =
    plan.verb === "revoke" && target.memberIds === null && target.kind !== "selection"
      ? await findEndingOrder(tx, target, ctx.now)
      : null;
  if (ended !== null) {
    await usePlan(tx, ctx, plan, ended.id);
    await recordEntry(tx, ctx, {
      act: "revocation.repeated",
      target: { kind: target.kind, id: target.id, name: target.name },
      reason,
      note: note.trim() === "" ? undefined : note.trim(),
      after: { orderId: ended.id, planId: plan.id },
    });
    await recordEntries(tx, ctx, actsOf?.({ orderId: ended.id, wasPlaced: false }) ?? []);
    return { id: ended.id, orders: 0, wasPlaced: false, target };
  }
  const names = { planId: plan.id, audiences: plan.audiences, lookedFrom: plan.lookedFrom };
  if (!reachesNewcomers)
    await requireUnchanged(tx, await findNewcomers(tx, names, target, { since: lookedFrom, now: ctx.now }));
  const targets = await targetsOf(tx, plan, target);
  const orders = await placeOrders(tx, ctx, {
    verb: plan.verb,
    targets,
    reason,
    note,
    effectiveFrom: plan.effectiveFrom ?? undefined,
    expiresAt: plan.suspendedUntil ?? undefined,
    begunBy: begunByOf(ctx, plan.targetKind, plan.lookedFrom),
    planId: plan.id,
    incidentId,
  });
  const [first] = orders;
  if (first === undefined)
    throw new DomainError("CONFLICT", "Nobody whom the plan named is a member any more. Make a new plan.");
  if (target.kind === "selection" && plan.tokens <= SELECTION_AT_ONCE_MAX)
    await settleAtOnce(tx, await readOrder(tx, first.id), !first.isScheduled);
  await usePlan(tx, ctx, plan, first.id);
  if (plan.verb === "revoke")
    await noteReach(
      { ...ctx, db: tx },
      { tokens: plan.tokens, isExact: plan.isExact, isEverything: plan.targetKind === "everything" },
      { neverWaits: OF_ONE.has(plan.targetKind) },
    );
  await recordPlaced(tx, ctx, plan, { orders, targets, live }, input);
  await recordEntries(tx, ctx, actsOf?.({ orderId: first.id, wasPlaced: true }) ?? []);
  return { id: first.id, orders: orders.length, wasPlaced: true, target };
}

/**
 * Places the order of a plan, with its audit entry, in one transaction, and tells what it did. It is refused where it would now reach a user, a
 * client or a verifier that the plan did not name; tokens that have ended or expired since count for nothing. A target that had ended before stays
 * as it is: nothing is placed, `wasPlaced` is false. What is done `together` with it commits with it or not at all.
 * Needs `order:write` and what the target needs; where the plan says so, the owner role and `confirm`. Recorded as `<noun>.…revoked`, `<noun>.…suspended`
 * or, for one that begins later, as `order.revocation_scheduled` or `order.suspension_scheduled`; of a group's members on each of them too.
 *
 * @throws {StepUpRequired} bulk, for the tokens of several users or many; keys for a signing key
 * @throws {DomainError} NOT_FOUND for another's plan, ALREADY_ENDED for a used one, GONE for an expired one, PLAN_CHANGED with who came, CONFLICT for one
 *   whose instant has passed or that is for another target, FORBIDDEN, INVALID_INPUT.
 */
export async function placePlannedOrder(
  ctx: Context,
  input: PlannedOrderInput,
  options: PlacingOptions = {},
): Promise<PlannedOrderResult> {
  requirePermission(ctx, "order:write");
  const plan = await getOwnPlan(ctx.db, ctx, input);
  requirePermission(ctx, orderPermission(plan.targetKind));
  requireConfirmed(ctx, plan, input.confirm);
  requireNote(input);
  await requirePlanStepUp(ctx, plan);
  if (plan.effectiveFrom === null) sayBegunBy(ctx, begunByOf(ctx, plan.targetKind, plan.lookedFrom));
  const before = await reachedByPlan(ctx.db, ctx, plan);
  const isLive = await liveTokens(ctx);
  // the long look comes before the feed's head is locked; under the lock only what came in the meantime is looked at
  const [clock] = await ctx.db.query<{ at: Date }>("SELECT clock_timestamp() AS at");
  const names = { planId: plan.id, audiences: plan.audiences, lookedFrom: plan.lookedFrom };
  if (options.reachesNewcomers !== true)
    await requireUnchanged(
      ctx.db,
      await findNewcomers(ctx.db, names, before, { since: plan.lookedFrom, now: ctx.now }),
    );
  const isPlanned = before.kind === "selection" || plan.effectiveFrom !== null;
  const counted = isPlanned ? null : await countReached(ctx, before, COUNT_WAIT_MS);
  const reached = isPlanned
    ? { tokens: plan.tokens, isExact: plan.isExact }
    : { tokens: counted?.tokens ?? 0, isExact: counted !== null };
  // what was not counted in time is on record as the plan had it
  const live = reached.isExact || isPlanned ? reached : { tokens: plan.tokens, isExact: false };
  const looked = { lookedFrom: clock?.at ?? plan.lookedFrom, live };
  const placed = await ctx.db.transaction((tx) => place(tx, ctx, input, looked, options));
  const record = await readOrder(ctx.db, placed.id);
  const order = orderRowOf(record);
  const result = {
    order,
    orders: placed.orders,
    wasPlaced: placed.wasPlaced,
    reached: placed.wasPlaced ? reached : { tokens: 0, isExact: true },
    remains: await readRemainingOf(ctx, isLive, placed.target),
  };
  const effectiveFrom = plan.effectiveFrom?.toISOString() ?? null;
  // what had ended before is still accepted where only signatures are checked
  const last =
    placed.wasPlaced && counted !== null
      ? { at: counted.jwtsUntil, isExact: true }
      : await lastExpiryOf(ctx, sql`${before.where} AND t.format = 'jwt'`, record, before.from);
  return {
    ...result,
    refusedEverywhere: refusedEverywhereOf(plan.verb, last, effectiveFrom, isByBatches(result)),
    sentences: outcomeSentences(result, plan.verb),
  };
}
