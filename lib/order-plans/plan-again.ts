import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { findEndingOrder } from "../revocations/already-revoked.ts";
import { createPlan } from "./create-plan.ts";
import { type NamedKind, type OrderPlan, SELECTION_IDS_MAX } from "./model.ts";
import { PLAN_COLUMNS, type PlanRecord, targetOfPlan } from "./read-plan.ts";
import { parseTokenFilters, selectFrozen, selectMatching } from "./selected-tokens.ts";

type PlanTarget = Parameters<typeof createPlan>[1]["target"];
type Selection = Extract<PlanTarget, { kind: "selection" }>;

function gone(): DomainError {
  return new DomainError("CONFLICT", "Its plan is not kept any more: ask from where you asked.");
}

/** What a frozen selection was made of: its filter, or the tokens that were picked by hand. */
async function selectionOf(ctx: Context, id: string): Promise<Selection> {
  const [selection] = await run<{ filters: Record<string, string | string[]>; size: number }>(
    ctx.db,
    sql`SELECT filters, size FROM selection WHERE id = ${id}::uuid`,
  );
  if (selection === undefined) throw gone();
  if (Object.keys(selection.filters).length > 0) return { kind: "selection", filters: selection.filters };
  if (selection.size > SELECTION_IDS_MAX) throw gone();
  const rows = await run<{ id: string }>(
    ctx.db,
    sql`SELECT unnest(x.token_ids) AS id FROM selection_chunk x WHERE x.selection_id = ${id}::uuid`,
  );
  return { kind: "selection", tokenIds: rows.map((row) => row.id) };
}

async function findOwnPlan(
  { db, actor }: Pick<Context, "db" | "actor">,
  planId: string,
): Promise<PlanRecord> {
  const [plan] = await run<PlanRecord>(
    db,
    sql`SELECT ${PLAN_COLUMNS} FROM order_plan WHERE id = ${planId}::uuid AND actor_kind = ${actor.kind} AND actor_id = ${actor.id}`,
  );
  if (plan === undefined) throw gone();
  return plan;
}

/** Whether a selection would have a live token, planned anew. */
async function hasLive(ctx: Context, id: string): Promise<boolean> {
  const target = await selectionOf(ctx, id);
  const live =
    "filters" in target
      ? await selectMatching(ctx, parseTokenFilters(target.filters))
      : await selectFrozen(ctx, id);
  if (live === null) return false;
  return (await run(ctx.db, sql`SELECT 1 AS found FROM (${live}) AS living LIMIT 1`)).length > 0;
}

/**
 * Why a plan cannot be made once more, or would have nothing to do; null where it can and has. Writes nothing.
 *
 * @throws {DomainError} CONFLICT where the plan is not kept any more, NOT_FOUND where its target is there no more.
 */
export async function whyNotPlannedAgain(ctx: Context, planId: string): Promise<string | null> {
  const plan = await findOwnPlan(ctx, planId);
  const { verb, effectiveFrom, suspendedUntil, targetKind, targetId } = plan;
  if ([effectiveFrom, suspendedUntil].some((at) => at !== null && at <= ctx.now))
    return "It was planned for an instant that has passed by now: ask from where you asked.";
  if (targetKind === "selection")
    return (await hasLive(ctx, targetId))
      ? null
      : "No live token of it is left: there is nothing to ask for.";
  const target = await targetOfPlan(ctx.db, plan);
  const isOver =
    verb === "revoke" && !plan.isMembers && (await findEndingOrder(ctx.db, target, ctx.now)) !== null;
  return isOver ? "It is revoked already: there is nothing left to ask for." : null;
}

/**
 * Plans once more what a plan was for: the same target and times, looked at now. Authorises as `createPlan` does.
 *
 * @throws {DomainError} CONFLICT where the plan is not kept any more, and whatever `createPlan` refuses.
 */
export async function planAgain(ctx: Context, planId: string): Promise<OrderPlan> {
  const plan = await findOwnPlan(ctx, planId);
  const { verb, effectiveFrom, suspendedUntil } = plan;
  const target: PlanTarget =
    plan.targetKind === "selection"
      ? await selectionOf(ctx, plan.targetId)
      : {
          kind: plan.targetKind as NamedKind,
          id: plan.targetId,
          ...(plan.isMembers ? { by: "members" as const } : {}),
        };
  return createPlan(ctx, {
    verb,
    target,
    ...(effectiveFrom === null ? {} : { effectiveFrom }),
    ...(suspendedUntil === null ? {} : { suspendedUntil }),
  });
}
