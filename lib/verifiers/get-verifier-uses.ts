import type { Context } from "../context.ts";
import { getVerifier } from "./get-verifier.ts";
import type { VerifierUses } from "./model.ts";
import { noUses, readVerifierUses } from "./verifier-uses.ts";

/** What one verifier let in and refused in the last 24 hours, or null where it cannot be counted in time. Needs `verifier:read`. @throws {DomainError} NOT_FOUND */
export async function getVerifierUses(
  ctx: Context,
  { verifierId }: { verifierId: string },
): Promise<VerifierUses | null> {
  const { id } = await getVerifier(ctx, { verifierId });
  const uses = await readVerifierUses(ctx);
  return uses === null ? null : (uses.get(id) ?? noUses(ctx.now));
}
