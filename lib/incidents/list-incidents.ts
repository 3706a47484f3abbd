import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import { listRows } from "../list-query/list-rows.ts";
import { containing, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import { INCIDENT_COLUMNS, type IncidentRecord, incidentRowOf } from "./incident-row.ts";
import type { IncidentRow } from "./model.ts";
import { type IncidentsQuery, incidentsTable } from "./table.ts";

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
  if (filters.state !== undefined) where.push(sql`i.state = ANY (${filters.state}::text[])`);
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
  return { ...page, rows: page.rows.map(incidentRowOf) };
}
