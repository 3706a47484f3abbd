import { requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { listOwnFactors } from "../passkeys/list-factors.ts";
import type { PasskeyOffer } from "../passkeys/model.ts";
import { offerPasskeyProof } from "../passkeys/offer-proof.ts";
import type { RelyingParty } from "../passkeys/relying-party.ts";
import type { StepUpKind } from "./model.ts";

/** With what the asking admin can show again who they are. */
export type StepUpOffer = {
  /** Null where they have none that works, or the console's address allows none. */
  passkey: PasskeyOffer | null;
  hasTotp: boolean;
  /** Where they signed in, to sign in there once more; null for who came in without a provider. */
  provider: { id: string; name: string } | null;
};

/**
 * Offers the asking admin the proofs they have, for one kind of act, or one very act, in this session. Stores nothing.
 *
 * @param party null where the console's address allows no passkeys.
 * @throws {DomainError} CONFLICT for who is no admin.
 */
export async function beginStepUp(
  ctx: Context,
  { kind, subject = "" }: { kind: StepUpKind; subject?: string | undefined },
  { wrapper, party }: { wrapper: KeyWrapper; party: RelyingParty | null },
): Promise<StepUpOffer> {
  const actor = requireAdmin(ctx);
  const { hasTotp } = await listOwnFactors(ctx);
  const use = { purpose: "step_up", sessionId: actor.sessionId, kind, subject } as const;
  const passkey =
    party === null ? null : await offerPasskeyProof(ctx, use, { adminId: actor.id, wrapper, party });
  const [provider = null] = await ctx.db.query<{ id: string; name: string }>(
    `SELECT p.id, p.name FROM admin_session s JOIN sign_in_provider p ON p.id = s.provider_id
     WHERE s.id = $1::uuid AND s.signed_in_by = 'provider' AND p.disabled_at IS NULL`,
    [actor.sessionId],
  );
  return { passkey, hasTotp, provider };
}
