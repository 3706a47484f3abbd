import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { readCaseTokens } from "../incidents/case-tokens.ts";
import { readIncident } from "../incidents/incident-row.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { DETECTION_COLUMNS, DETECTION_FROM, type DetectionRecord, detectionRowsOf } from "./detection-row.ts";
import type { DetectionRow } from "./model.ts";

const SHOWN = 10;

/**
 * What was found of a case's tokens and their families, and what was put into the case; the last found first, SHOWN at most. Needs `incident:read` and `detection:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN
 */
export async function listDetectionsOfCase(ctx: Context, number: number): Promise<DetectionRow[]> {
  requirePermission(ctx, "incident:read");
  requirePermission(ctx, "detection:read");
  const incident = await readIncident(ctx.db, number);
  const { rows, leftIds } = await readCaseTokens(ctx, incident);
  const tokens = [...rows.map(({ id }) => id), ...leftIds];
  const records = await run<DetectionRecord>(
    ctx.db,
    sql`SELECT d.id, ${DETECTION_COLUMNS} FROM ${DETECTION_FROM}
      WHERE d.id IN (SELECT x.id FROM detection x WHERE x.token_id = ANY (${tokens}::uuid[]) UNION SELECT x.id FROM detection x WHERE x.incident_id = ${incident.id}::uuid)
      ORDER BY d.last_at DESC, d.id DESC LIMIT ${SHOWN}::int`,
  );
  return detectionRowsOf(ctx, records);
}
