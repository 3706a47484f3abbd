import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getTarget } from "./find-target.ts";
import type { RevocationResult, RevokeInput } from "./model.ts";
import { revokeTarget } from "./revoke-target.ts";

/**
 * Revokes every token of one sign-in session and ends the session at the authority. Needs `session:revoke`. Recorded as `session.revoked`.
 * Where nothing came after the last such order, nothing changes and that order is named.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, INVALID_INPUT where the reason needs a note
 */
export async function revokeSession(ctx: Context, input: RevokeInput): Promise<RevocationResult> {
  requirePermission(ctx, "session:revoke");
  return revokeTarget(ctx, await getTarget(ctx.db, "session", input.id), input, "session.revoked");
}
