import { endOrphaned } from "../approvals/end-orphaned.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { lockApiToken, readApiToken } from "./get-api-token.ts";
import type { ApiTokenRow } from "./model.ts";

/**
 * Ends an API token at once. Recorded as `api_token.revoked`. Needs `api-token:write`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED
 */
export async function revokeApiToken(
  ctx: Context,
  { apiTokenId }: { apiTokenId: string },
): Promise<ApiTokenRow> {
  requirePermission(ctx, "api-token:write");
  const revoked = await ctx.db.transaction(async (tx) => {
    const before = await lockApiToken(tx, { id: apiTokenId, now: ctx.now });
    if (before.state === "revoked")
      throw new DomainError("ALREADY_ENDED", "This API token is revoked already.");
    await tx.query(
      "UPDATE api_token SET revoked_at = $2::timestamptz, version = version + 1 WHERE id = $1::uuid",
      [apiTokenId, ctx.now],
    );
    const row = await readApiToken(tx, { id: apiTokenId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "api_token.revoked",
      target: { kind: "api_token", id: apiTokenId, name: row.name },
      before: { state: before.state },
      after: { state: row.state },
    });
    return row;
  });
  await endOrphaned(ctx);
  return revoked;
}
