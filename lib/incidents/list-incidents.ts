import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import { listRows } from "../list-query/list-rows.ts";
import { containing, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import { caseStateSql } from "./case-state.ts";
import { INCIDENT_COLUMNS, type IncidentRecord, incidentRowsOf } from "./incident-row.ts";
import type { IncidentRow, IncidentState } from "./model.ts";
import { type IncidentsQuery, incidentsTable } from "./table.ts";

/** Of closed cases the state is as it was written; how the others stand is asked of those alone. */
async function standing(ctx: Context, wanted: readonly IncidentState[]): Promise<Fragment[]> {
  const only = wanted.length === 1 && wanted[0] === "closed";
  if (only) return [sql`i.state = 'closed'`];
  const isWanted = sql`(${await caseStateSql(ctx)}) = ANY (${wanted}::text[])`;
  return wanted.includes("closed") ? [isWanted] : [sql`i.state <> 'closed'`, isWanted];
}

/** One page of the cases. Needs `incident:read`. */
export async function listIncidents(
  ctx: Context,
  query: IncidentsQuery,
): Promise<Page<IncidentRow> & { total: Total }> {
  requirePermission(ctx, "incident:read");
  const { filters, sort } = query;
  const where: Fragment[] = [];
  if (filters.q !== undefined)
    where.push(
      sql`i.title ILIKE ${containing(filters.q)} OR i.number::text = ${filters.q.replace(/^#/, "")}`,
    );
  if (filters.state !== undefined) where.push(...(await standing(ctx, filters.state)));
  if (filters.severity !== undefined) where.push(sql`i.severity = ANY (${filters.severity}::text[])`);
  if (filters.subject !== undefined)
    where.push(
      sql`i.id IN (SELECT s.incident_id FROM incident_subject s WHERE s.target_id = ${filters.subject}::uuid)`,
    );
  if (filters.opened !== undefined)
    where.push(inWindow(sql`i.opened_at`, timeWindow(filters.opened, "back", ctx.now)));
  const page = await listRows<typeof incidentsTable, IncidentRecord>(ctx, incidentsTable, query, {
    columns: INCIDENT_COLUMNS,
    from: sql`incident i`,
    id: sql`i.id`,
    place: sort.key === "title" ? sql`lower(i.title)` : sql`i.opened_at`,
    where,
  });
  return { ...page, rows: await incidentRowsOf(ctx, page.rows) };
}
