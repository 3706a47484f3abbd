import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import type { RuleSettings } from "./model.ts";
import { readAllRuleSettings } from "./rule-settings.ts";

/** What each rule holds for usual of a client. Needs `detection:read`. @throws {DomainError} NOT_FOUND */
export async function listRuleSettings(ctx: Context, clientId: string): Promise<RuleSettings[]> {
  requirePermission(ctx, "detection:read");
  const found = await ctx.db.query("SELECT id FROM client WHERE id = $1::uuid", [clientId]);
  if (found.length === 0) throw notFound("The client");
  return readAllRuleSettings(ctx.db, clientId);
}
