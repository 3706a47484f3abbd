import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getTarget } from "./find-target.ts";
import type { RevocationResult, RevokeInput } from "./model.ts";
import { revokeTarget } from "./revoke-target.ts";

/**
 * Revokes one token, for ever and at once. A refresh token ends with its whole family, because whoever holds it may hold what it made:
 * the result says so in `widenedTo`. Needs `token:revoke`, for a refresh token `family:revoke` too. Recorded as `token.revoked` or `family.revoked`.
 * Revoking again changes nothing and names the order that ended it.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, INVALID_INPUT where the reason needs a note
 */
export async function revokeToken(ctx: Context, input: RevokeInput): Promise<RevocationResult> {
  requirePermission(ctx, "token:revoke");
  const target = await getTarget(ctx.db, "token", input.id);
  if (target.token?.kind !== "refresh" || target.familyId === null)
    return revokeTarget(ctx, target, input, "token.revoked");
  requirePermission(ctx, "family:revoke");
  const family = await getTarget(ctx.db, "family", target.familyId);
  const result = await revokeTarget(ctx, family, input, "family.revoked");
  return { ...result, widenedTo: { kind: family.kind, id: family.id, name: family.name } };
}
