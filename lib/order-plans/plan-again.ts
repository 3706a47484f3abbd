import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { createPlan } from "./create-plan.ts";
import { type NamedKind, type OrderPlan, SELECTION_IDS_MAX } from "./model.ts";
import { PLAN_COLUMNS, type PlanRecord } from "./read-plan.ts";

type PlanTarget = Parameters<typeof createPlan>[1]["target"];

function gone(): DomainError {
  return new DomainError("CONFLICT", "Its plan is not kept any more: ask from where you asked.");
}

/** What a frozen selection was made of: its filter, or the tokens that were picked by hand. */
async function selectionOf(ctx: Context, id: string): Promise<PlanTarget> {
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

/**
 * Plans once more what a plan was for: the same target and times, looked at now. Authorises as `createPlan` does.
 *
 * @throws {DomainError} CONFLICT where the plan is not kept any more, and whatever `createPlan` refuses.
 */
export async function planAgain(ctx: Context, planId: string): Promise<OrderPlan> {
  const [plan] = await run<PlanRecord>(
    ctx.db,
    sql`SELECT ${PLAN_COLUMNS} FROM order_plan WHERE id = ${planId}::uuid AND actor_kind = ${ctx.actor.kind} AND actor_id = ${ctx.actor.id}`,
  );
  if (plan === undefined) throw gone();
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
