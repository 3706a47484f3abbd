import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { replaceSecrets } from "../secrets/owned-secrets.ts";
import { readVerifier } from "./get-verifier.ts";
import type { CreatedVerifier } from "./model.ts";

/**
 * Gives a verifier a new secret, shown once; the earlier ones go on for `overlapSeconds` at most, 0 ends them now. None gets longer by it.
 * Recorded as `verifier.secret_rotated` with hints only. Needs `verifier:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT where so many secrets work already.
 */
export async function rotateVerifierSecret(
  ctx: Context,
  { verifierId, overlapSeconds }: { verifierId: string; overlapSeconds: number },
): Promise<CreatedVerifier> {
  requirePermission(ctx, "verifier:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(verifierId))
      await tx.query("SELECT id FROM verifier WHERE id = $1::uuid FOR UPDATE", [verifierId]);
    const before = await readVerifier(tx, { id: verifierId, now: ctx.now });
    const secret = await replaceSecrets(tx, ctx, {
      owner: "verifier",
      ownerId: verifierId,
      live: before.secrets,
      overlapSeconds,
    });
    await tx.query("UPDATE verifier SET updated_at = $2::timestamptz WHERE id = $1::uuid", [
      verifierId,
      ctx.now,
    ]);
    const verifier = await readVerifier(tx, { id: verifierId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "verifier.secret_rotated",
      target: { kind: "verifier", id: verifierId, name: verifier.name },
      before: { secrets: before.secrets.map(({ hint }) => `…${hint}`) },
      after: { secret: `…${secret.hint}`, overlapSeconds },
    });
    return { verifier, secret: secret.value };
  });
}
