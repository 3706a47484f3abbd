import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { TargetKind } from "../revocations/model.ts";
import { frozenTarget } from "./freeze-selection.ts";
import type { PlannedOrderInput } from "./input.ts";
import type { NamedKind, PlannedVerb } from "./model.ts";
import { getPlanTarget, type PlanTarget } from "./plan-target.ts";

export type PlanRecord = {
  id: string;
  expiresAt: Date;
  lookedFrom: Date;
  verb: PlannedVerb;
  targetKind: TargetKind;
  targetId: string;
  targetName: string;
  isMembers: boolean;
  effectiveFrom: Date | null;
  suspendedUntil: Date | null;
  tokens: number;
  isExact: boolean;
  audiences: string[];
  needsOwner: boolean;
  confirm: string | null;
  usedAt: Date | null;
  orderId: string | null;
};

export const PLAN_COLUMNS = sql`id, expires_at AS "expiresAt", looked_from AS "lookedFrom", verb, target_kind AS "targetKind", target_id AS "targetId",
  target_name AS "targetName", is_members AS "isMembers", effective_from AS "effectiveFrom", suspended_until AS "suspendedUntil", tokens,
  is_exact AS "isExact", audiences, needs_owner AS "needsOwner", confirm, used_at AS "usedAt", order_id AS "orderId"`;

/**
 * An admin's own plan that holds. With `lock` it is kept for the caller's transaction: of two that use it at once the second finds it used.
 *
 * @throws {DomainError} NOT_FOUND for another admin's, ALREADY_ENDED for a used one, GONE for one that has expired, CONFLICT where its times have passed
 *   or another target is meant.
 */
export async function getOwnPlan(
  db: Sql,
  ctx: Context,
  { planId, target }: Pick<PlannedOrderInput, "planId" | "target">,
  lock = false,
): Promise<PlanRecord> {
  const [plan] = await run<PlanRecord>(
    db,
    sql`SELECT ${PLAN_COLUMNS}
      FROM order_plan WHERE id = ${planId}::uuid AND actor_kind = ${ctx.actor.kind} AND actor_id = ${ctx.actor.id}
      ${lock ? sql`FOR UPDATE` : sql``}`,
  );
  if (plan === undefined) throw notFound("The plan");
  if (plan.usedAt !== null)
    throw new DomainError(
      "ALREADY_ENDED",
      `The plan was used, by the order ${plan.orderId}. A plan is used once.`,
    );
  if (plan.expiresAt <= ctx.now) throw new DomainError("GONE", "The plan has expired. Make a new one.");
  if (target !== undefined && (target.kind !== plan.targetKind || target.id !== plan.targetId))
    throw new DomainError("CONFLICT", "The plan is for another target.");
  const { effectiveFrom, suspendedUntil } = plan;
  if (effectiveFrom !== null && effectiveFrom <= ctx.now)
    throw new DomainError("CONFLICT", "The plan was for an instant that has passed. Make a new one.");
  if (suspendedUntil !== null && suspendedUntil <= ctx.now)
    throw new DomainError("CONFLICT", "The plan's suspension would have ended. Make a new one.");
  return plan;
}

/** What a plan is for, as it is now. */
export async function targetOfPlan(db: Sql, plan: PlanRecord): Promise<PlanTarget> {
  if (plan.targetKind === "selection") return frozenTarget(plan.targetId, plan.targetName);
  return getPlanTarget(db, {
    kind: plan.targetKind as NamedKind,
    id: plan.targetId,
    by: plan.isMembers ? "members" : undefined,
  });
}
