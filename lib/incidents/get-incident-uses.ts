import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { readIncident } from "./incident-row.ts";
import type { IncidentUses } from "./model.ts";
import { readCaseUses } from "./read-case-uses.ts";
import { readRefusals } from "./read-refusals.ts";

/** Lines of each phase. */
const LINES = 50;

/** What was done with the tokens of a case, split by its window. Needs `incident:read` and `audit:read`. @throws {DomainError} NOT_FOUND, FORBIDDEN */
export async function getIncidentUses(ctx: Context, number: number): Promise<IncidentUses> {
  requirePermission(ctx, "incident:read");
  requirePermission(ctx, "audit:read");
  const incident = await readIncident(ctx.db, number);
  const refusals = await readRefusals(ctx, incident.id, await readCaseTokens(ctx, incident));
  return readCaseUses(ctx, incident, refusals, LINES);
}
