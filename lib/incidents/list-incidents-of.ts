import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { INCIDENT_COLUMNS, type IncidentRecord, incidentRowsOf } from "./incident-row.ts";
import type { IncidentRow } from "./model.ts";

const SHOWN = 5;

/**
 * The newest cases that something is in, by any of its ids: a token's own and its family's, say. What is a person's is in none that has its client for a leaked secret. Needs `incident:read`.
 */
export async function listIncidentsOf(
  ctx: Context,
  ids: readonly string[],
  { isOfPerson = false }: { isOfPerson?: boolean } = {},
): Promise<IncidentRow[]> {
  requirePermission(ctx, "incident:read");
  const records = await run<IncidentRecord>(
    ctx.db,
    sql`SELECT i.id, ${INCIDENT_COLUMNS} FROM incident i
      WHERE i.id IN (SELECT s.incident_id FROM incident_subject s WHERE s.target_id = ANY (${ids}::uuid[]) AND NOT (s.by_secret AND ${isOfPerson}::boolean))
      ORDER BY i.opened_at DESC, i.id DESC LIMIT ${SHOWN}::int`,
  );
  return incidentRowsOf(ctx, records);
}
