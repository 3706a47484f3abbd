import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getTarget } from "./find-target.ts";
import type { RevocationResult, RevokeInput } from "./model.ts";
import { revokeTarget } from "./revoke-target.ts";

/**
 * Revokes every token that a client has been given; the client can get new ones. Needs `client:revoke`. Recorded as
 * `client.tokens_revoked`. Where nothing came after the last such order, nothing changes and that order is named.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, INVALID_INPUT where the reason needs a note
 */
export async function revokeClientTokens(ctx: Context, input: RevokeInput): Promise<RevocationResult> {
  requirePermission(ctx, "client:revoke");
  return revokeTarget(ctx, await getTarget(ctx.db, "client", input.id), input, "client.tokens_revoked");
}
