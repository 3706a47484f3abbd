import { requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import type { TotpOffer } from "./model.ts";
import { offerTotp } from "./totp-offer.ts";

/**
 * An authenticator app for the asking admin, in place of the one they have or beside their passkeys. Nothing is stored until `replaceTotp` brings it back with
 * a code, in the same session.
 *
 * @throws {StepUpRequired} own-factors
 * @throws {DomainError} CONFLICT for who is no admin.
 */
export async function beginTotpReplacement(ctx: Context, wrapper: KeyWrapper): Promise<TotpOffer> {
  const actor = requireAdmin(ctx);
  await requireStepUp(ctx, "own-factors");
  return offerTotp(wrapper, { purpose: "replace", id: actor.sessionId }, { email: actor.name, now: ctx.now });
}
