import type { Context } from "../context.ts";
import { switchVerifier } from "./disable-verifier.ts";
import type { VerifierDetail } from "./model.ts";

/**
 * Lets a disabled verifier ask again. Recorded as `verifier.enabled`. Needs `verifier:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a verifier that is enabled.
 */
export async function enableVerifier(
  ctx: Context,
  { verifierId }: { verifierId: string },
): Promise<VerifierDetail> {
  return switchVerifier(ctx, { verifierId, isDisabled: false });
}
