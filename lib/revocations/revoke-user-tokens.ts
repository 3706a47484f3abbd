import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getTarget } from "./find-target.ts";
import type { RevocationResult, RevokeInput } from "./model.ts";
import { revokeTarget } from "./revoke-target.ts";

/**
 * Revokes every token that a user has been given and ends the user's sessions and pending codes; the user can sign in again. Needs
 * `user:revoke`. Recorded as `user.tokens_revoked`. Where nothing came after the last such order, nothing changes and that order is named.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, INVALID_INPUT where the reason needs a note
 */
export async function revokeUserTokens(ctx: Context, input: RevokeInput): Promise<RevocationResult> {
  requirePermission(ctx, "user:revoke");
  return revokeTarget(ctx, await getTarget(ctx.db, "user", input.id), input, "user.tokens_revoked");
}
