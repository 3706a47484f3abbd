import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import { listRows } from "../list-query/list-rows.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import { APPROVAL_COLUMNS, type ApprovalRecord, approvalRowOf } from "./approval-row.ts";
import type { ApprovalRow } from "./model.ts";
import { type ApprovalsQuery, approvalsTable } from "./table.ts";

function conditionsOf({ state, way, by, unreviewed, at }: ApprovalsQuery["filters"], now: Date): Fragment[] {
  const where: Fragment[] = [];
  if (state !== undefined)
    where.push(
      sql`(CASE WHEN a.state IN ('pending', 'approved') AND a.expires_at <= ${now}::timestamptz THEN 'lapsed' ELSE a.state END) = ANY (${state}::text[])`,
    );
  if (way !== undefined) where.push(sql`a.way = ANY (${way}::text[])`);
  if (by !== undefined) where.push(sql`a.actor_name = ANY (${by}::text[])`);
  if (unreviewed === true) where.push(sql`a.way = 'break_glass' AND a.reviewed_at IS NULL`);
  if (at !== undefined) where.push(inWindow(sql`a.created_at`, timeWindow(at, "back", now)));
  return where;
}

/** One page of acts that want, or wanted, a second person. Needs `approval:read`. */
export async function listApprovals(
  ctx: Context,
  query: ApprovalsQuery,
): Promise<Page<ApprovalRow> & { total: Total }> {
  requirePermission(ctx, "approval:read");
  const page = await listRows<typeof approvalsTable, ApprovalRecord>(ctx, approvalsTable, query, {
    columns: APPROVAL_COLUMNS,
    from: sql`approval a`,
    id: sql`a.id`,
    place: sql`a.created_at`,
    where: conditionsOf(query.filters, ctx.now),
  });
  return { ...page, rows: page.rows.map((record) => approvalRowOf(record, ctx.now)) };
}
