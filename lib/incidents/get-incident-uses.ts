import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { readIncident } from "./incident-row.ts";
import type { IncidentUsesAndActs } from "./leaked-model.ts";
import { readCaseUses } from "./read-case-uses.ts";
import { readLeakedActs } from "./read-leaked-acts.ts";
import { readRefusals } from "./read-refusals.ts";

/** Lines of each phase. */
const LINES = 50;

/** What was done with the tokens of a case, and by the API tokens that leaked into it, split by its window. Needs `incident:read` and `audit:read`. @throws {DomainError} NOT_FOUND, FORBIDDEN */
export async function getIncidentUses(ctx: Context, number: number): Promise<IncidentUsesAndActs> {
  requirePermission(ctx, "incident:read");
  requirePermission(ctx, "audit:read");
  const incident = await readIncident(ctx.db, number);
  const refusals = await readRefusals(ctx, incident.id, await readCaseTokens(ctx, incident));
  const [uses, acts] = await Promise.all([
    readCaseUses(ctx, incident, refusals, LINES),
    readLeakedActs(ctx, incident, LINES),
  ]);
  return { ...uses, acts };
}
