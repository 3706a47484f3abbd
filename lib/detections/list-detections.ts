import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import { listRows } from "../list-query/list-rows.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import { DETECTION_COLUMNS, DETECTION_FROM, type DetectionRecord, detectionRowsOf } from "./detection-row.ts";
import type { DetectionRow } from "./model.ts";
import { type DetectionsQuery, detectionsTable } from "./table.ts";

const uuidsIn = (values: readonly string[]) => values.map((value) => value.toLowerCase()).filter(isUuid);

function conditionsOf(filters: DetectionsQuery["filters"], now: Date): Fragment[] {
  const { state, severity, rule, client, user, token, last } = filters;
  const where: Fragment[] = [];
  if (state !== undefined) where.push(sql`d.state = ANY (${state}::text[])`);
  if (severity !== undefined) where.push(sql`d.severity = ANY (${severity}::text[])`);
  if (rule !== undefined) where.push(sql`d.rule = ANY (${rule}::text[])`);
  if (client !== undefined)
    where.push(
      sql`d.client_id IN (SELECT x.id FROM client x WHERE x.client_id = ANY (${client}::text[])) OR d.client_id = ANY (${uuidsIn(client)}::uuid[])`,
    );
  if (user !== undefined)
    where.push(sql`d.user_id IN (SELECT x.id FROM user_account x WHERE x.email = ANY (${user.map((value) => value.toLowerCase())}::text[]))
      OR d.user_id = ANY (${uuidsIn(user)}::uuid[])`);
  if (token !== undefined) where.push(sql`d.token_id = ${token}::uuid`);
  if (last !== undefined) where.push(inWindow(sql`d.last_at`, timeWindow(last, "back", now)));
  return where;
}

/** One page of what was found unusual. Needs `detection:read`. */
export async function listDetections(
  ctx: Context,
  query: DetectionsQuery,
): Promise<Page<DetectionRow> & { total: Total }> {
  requirePermission(ctx, "detection:read");
  const page = await listRows<typeof detectionsTable, DetectionRecord>(ctx, detectionsTable, query, {
    columns: DETECTION_COLUMNS,
    from: DETECTION_FROM,
    id: sql`d.id`,
    place: query.sort.key === "first" ? sql`d.first_at` : sql`d.last_at`,
    where: conditionsOf(query.filters, ctx.now),
  });
  return { ...page, rows: await detectionRowsOf(ctx, page.rows) };
}
