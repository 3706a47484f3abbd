import { endOrphaned } from "../approvals/end-orphaned.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { endApiToken, lockEnding } from "./end-api-token.ts";
import { lockApiToken, readApiToken } from "./get-api-token.ts";
import type { RevokedApiToken } from "./model.ts";

/**
 * Ends an API token at once, with those that were made with it, at every depth, and the invitations that it or they made and nobody has used: what a stolen one made does not outlive it.
 * Recorded as `api_token.revoked` of each, and `admin.invitation_withdrawn`. Needs `api-token:write`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED
 */
export async function revokeApiToken(
  ctx: Context,
  { apiTokenId }: { apiTokenId: string },
): Promise<RevokedApiToken> {
  requirePermission(ctx, "api-token:write");
  const revoked = await ctx.db.transaction(async (tx) => {
    await lockEnding(tx);
    const before = await lockApiToken(tx, { id: apiTokenId, now: ctx.now });
    if (before.state === "revoked")
      throw new DomainError("ALREADY_ENDED", "This API token is revoked already.");
    const revokedToo = await endApiToken(tx, ctx, { root: before });
    const row = await readApiToken(tx, { id: apiTokenId, now: ctx.now });
    return { ...row, revokedToo };
  });
  await endOrphaned(ctx);
  return revoked;
}
