import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { readIncident } from "./incident-row.ts";
import type { IncidentRow } from "./model.ts";
import { readOtherCasesOf } from "./token-cases.ts";

/** The newest other cases, closed ones too, that hold a token of one. Needs `incident:read`. @throws {DomainError} NOT_FOUND, FORBIDDEN */
export async function listOtherCases(ctx: Context, number: number): Promise<IncidentRow[]> {
  requirePermission(ctx, "incident:read");
  const incident = await readIncident(ctx.db, number);
  const { rows } = await readCaseTokens(ctx, incident);
  return readOtherCasesOf(
    ctx,
    rows.map(({ id }) => id),
    incident.id,
  );
}
