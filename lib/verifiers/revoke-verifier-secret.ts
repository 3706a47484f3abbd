import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { dropSecrets } from "../secrets/owned-secrets.ts";
import { readVerifier } from "./get-verifier.ts";
import type { VerifierDetail } from "./model.ts";

/**
 * Ends one secret of a verifier at once; its others go on. Without any other the verifier cannot ask until it gets a new one.
 * Recorded as `verifier.secret_revoked` with its hint. Needs `verifier:write`.
 *
 * @throws {DomainError} NOT_FOUND for a secret that is not this verifier's, or has ended.
 */
export async function revokeVerifierSecret(
  ctx: Context,
  { verifierId, secretId }: { verifierId: string; secretId: string },
): Promise<VerifierDetail> {
  requirePermission(ctx, "verifier:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(verifierId))
      await tx.query("SELECT id FROM verifier WHERE id = $1::uuid FOR UPDATE", [verifierId]);
    const before = await readVerifier(tx, { id: verifierId, now: ctx.now });
    const secret = before.secrets.find(({ id }) => id === secretId);
    if (secret === undefined) throw notFound("The secret");
    await dropSecrets(tx, ctx, { owner: "verifier", ownerId: verifierId, secretId });
    await tx.query("UPDATE verifier SET updated_at = $2::timestamptz WHERE id = $1::uuid", [
      verifierId,
      ctx.now,
    ]);
    const verifier = await readVerifier(tx, { id: verifierId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "verifier.secret_revoked",
      target: { kind: "verifier", id: verifierId, name: verifier.name },
      before: { secrets: before.secrets.map(({ hint }) => `…${hint}`) },
      after: { secrets: verifier.secrets.map(({ hint }) => `…${hint}`) },
    });
    return verifier;
  });
}
