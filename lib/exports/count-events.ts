import { getActHistogram } from "../audit/get-act-histogram.ts";
import { getUseHistogram } from "../audit/get-use-histogram.ts";
import type { AuditEntriesQuery, TokenUsesQuery } from "../audit/table.ts";
import type { Context } from "../context.ts";
import type { TimeValue, Total } from "../list-query/define-table.ts";
import { timeWindow } from "../list-query/time-window.ts";

type Counted = { from: string; countedFrom: string; total: Record<string, number> };

/** Whether there is an event before what was counted: a chart goes back ninety days, a file as far as its filter does. */
async function hasBefore(
  ctx: Context,
  table: "uses" | "acts",
  at: TimeValue | undefined,
  from: Date,
): Promise<boolean> {
  const asked = at === undefined ? null : timeWindow(at, "back", ctx.now).from;
  if (asked !== null && asked >= from) return false;
  const statement =
    table === "uses"
      ? "SELECT min(received_at) AS at FROM token_use"
      : "SELECT min(at) AS at FROM audit_entry";
  const [first] = await ctx.db.query<{ at: Date | null }>(statement);
  return first?.at != null && first.at < from;
}

async function totalOf(
  ctx: Context,
  table: "uses" | "acts",
  at: TimeValue | undefined,
  { from, countedFrom, total }: Counted,
): Promise<Total> {
  const value = Object.values(total).reduce((sum, count) => sum + count, 0);
  const isAll = countedFrom <= from && !(await hasBefore(ctx, table, at, new Date(from)));
  return { value, isExact: isAll };
}

/** How many uses some filters match, as the explorer's chart counts them; of what is older than that, or would take too long, "at least". Needs `audit:read`. */
export async function countUses(ctx: Context, filters: TokenUsesQuery["filters"]): Promise<Total> {
  return totalOf(ctx, "uses", filters.at, await getUseHistogram(ctx, filters));
}

/** The same of admin acts. Needs `audit:read`. */
export async function countActs(ctx: Context, filters: AuditEntriesQuery["filters"]): Promise<Total> {
  return totalOf(ctx, "acts", filters.at, await getActHistogram(ctx, filters));
}
