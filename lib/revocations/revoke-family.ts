import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getTarget } from "./find-target.ts";
import type { RevocationResult, RevokeInput } from "./model.ts";
import { revokeTarget } from "./revoke-target.ts";

/**
 * Revokes everything that descends from one authorization, what it will ever make included. Needs `family:revoke`. Recorded as
 * `family.revoked`. Revoking again changes nothing and names the order that ended it.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, INVALID_INPUT where the reason needs a note
 */
export async function revokeFamily(ctx: Context, input: RevokeInput): Promise<RevocationResult> {
  requirePermission(ctx, "family:revoke");
  return revokeTarget(ctx, await getTarget(ctx.db, "family", input.id), input, "family.revoked");
}
