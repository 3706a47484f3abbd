import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { hasCutoff } from "../revocations/place-order.ts";
import { readLiveBook } from "../tokens/live-book.ts";
import { PLAN_COLUMNS, type PlanRecord, targetOfPlan } from "./read-plan.ts";
import { selectLive } from "./selected-tokens.ts";

/** How long it may be counted for; beyond it nothing is said. */
const COUNT_MS = 500;

/**
 * How many live tokens of a plan's target began after it was made: those that an order which waited for a second person leaves alone. Null where it reaches them, as
 * one that begins later does, or where they could not be counted in time. Authorise before.
 */
export async function countBegunSince(ctx: Context, planId: string): Promise<number | null> {
  const [plan] = await run<PlanRecord>(
    ctx.db,
    sql`SELECT ${PLAN_COLUMNS} FROM order_plan WHERE id = ${planId}::uuid`,
  );
  if (plan === undefined || plan.effectiveFrom !== null || !hasCutoff(plan.targetKind)) return null;
  const target = await targetOfPlan(ctx.db, plan);
  const since = sql`t.rooted_at > ${plan.lookedFrom}::timestamptz AND t.issued_at > ${plan.lookedFrom}::timestamptz`;
  const later = {
    ...target,
    where: sql`(${target.where}) AND ${since}`,
    tokens: sql`(${target.tokens}) AND ${since}`,
  };
  const book = target.isWide ? await readLiveBook(ctx.db, ctx.now) : null;
  const rows = await withinTime<{ count: bigint }>(
    ctx.db,
    sql`SELECT count(*) AS count FROM (${await selectLive(ctx, later, book)}) AS p`,
    COUNT_MS,
  );
  const [row] = rows ?? [];
  return row === undefined ? null : Number(row.count);
}
