import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { generateSecret } from "../passwords/generated-secret.ts";
import { readVerifier } from "./get-verifier.ts";
import type { CreatedVerifier } from "./model.ts";

/**
 * Gives a verifier a new secret, shown once; the earlier one stops working at once, so have the verifier ready to take it.
 * Recorded as `verifier.secret_rotated` with hints only. Needs `verifier:write`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function rotateVerifierSecret(
  ctx: Context,
  { verifierId }: { verifierId: string },
): Promise<CreatedVerifier> {
  requirePermission(ctx, "verifier:write");
  const secret = generateSecret("twv_");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(verifierId))
      await tx.query("SELECT id FROM verifier WHERE id = $1::uuid FOR UPDATE", [verifierId]);
    const before = await readVerifier(tx, verifierId);
    await tx.query(
      "UPDATE verifier SET secret_hash = $2::bytea, hint = $3::text, updated_at = $4::timestamptz WHERE id = $1::uuid",
      [verifierId, secret.hash, secret.hint, ctx.now],
    );
    const verifier = await readVerifier(tx, verifierId);
    await recordEntry(tx, ctx, {
      act: "verifier.secret_rotated",
      target: { kind: "verifier", id: verifierId, name: verifier.name },
      before: { secret: `…${before.hint}` },
      after: { secret: `…${verifier.hint}` },
    });
    return { verifier, secret: secret.value };
  });
}
