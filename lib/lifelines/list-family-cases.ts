import { tokensOf } from "../audit/tokens-of.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { listIncidentsOf } from "../incidents/list-incidents-of.ts";
import type { IncidentRow } from "../incidents/model.ts";

const TOKENS_LOOKED_AT = 1_000;

/** The newest cases that a family is in, by itself or by one of its tokens: a case has families whole. Needs `incident:read`. */
export async function listFamilyCases(ctx: Context, familyId: string): Promise<IncidentRow[]> {
  requirePermission(ctx, "incident:read");
  const tokens = await tokensOf(ctx.db, "family_id", [familyId], TOKENS_LOOKED_AT);
  return listIncidentsOf(ctx, [familyId, ...tokens]);
}
