import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { readVerifier } from "./get-verifier.ts";
import type { VerifierDetail } from "./model.ts";

/**
 * Stops a verifier: the authority answers it nothing. Who asks about each token refuses all of them; who decides by itself goes on for as long as it may
 * without a word. Recorded as `verifier.disabled`.
 * Needs `verifier:write`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED
 */
export async function disableVerifier(
  ctx: Context,
  { verifierId }: { verifierId: string },
): Promise<VerifierDetail> {
  return switchVerifier(ctx, { verifierId, isDisabled: true });
}

/** Turns a verifier on or off, in one transaction with its entry. */
export async function switchVerifier(
  ctx: Context,
  { verifierId, isDisabled }: { verifierId: string; isDisabled: boolean },
): Promise<VerifierDetail> {
  requirePermission(ctx, "verifier:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(verifierId))
      await tx.query("SELECT id FROM verifier WHERE id = $1::uuid FOR UPDATE", [verifierId]);
    const before = await readVerifier(tx, { id: verifierId, now: ctx.now });
    if (isDisabled && before.state === "disabled")
      throw new DomainError("ALREADY_ENDED", "This verifier is disabled already.");
    if (!isDisabled && before.state === "enabled")
      throw new DomainError("CONFLICT", "This verifier is not disabled.");
    await tx.query(
      "UPDATE verifier SET disabled_at = $2::timestamptz, updated_at = $3::timestamptz WHERE id = $1::uuid",
      [verifierId, isDisabled ? ctx.now : null, ctx.now],
    );
    const verifier = await readVerifier(tx, { id: verifierId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: isDisabled ? "verifier.disabled" : "verifier.enabled",
      target: { kind: "verifier", id: verifierId, name: verifier.name },
      before: { state: before.state },
      after: { state: verifier.state },
    });
    return verifier;
  });
}
