import type { Context } from "../context.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { openChallenge } from "../passkeys/challenge.ts";
import type { PasskeyAnswer } from "../passkeys/input.ts";
import type { RelyingParty } from "../passkeys/relying-party.ts";
import { type PasskeyVerdict, usePasskey } from "../passkeys/use-passkey.ts";
import { verifyAnswer } from "../passkeys/verify-answer.ts";
import { readLocalStanding } from "../sign-in-providers/local-sign-in.ts";
import { attemptKeys } from "./check-password.ts";
import { SIGN_IN_LIMITS } from "./model.ts";
import { openSession } from "./open-session.ts";
import { refuseSignIn, reserveSignIn } from "./refuse-sign-in.ts";
import type { SignedIn } from "./sign-in.ts";

const REFUSED: Record<Exclude<PasskeyVerdict, "used">, string> = {
  cloned: "passkey counter went back",
  blocked: "blocked passkey",
  gone: "account or passkey is no more",
};

/**
 * Signs an admin in with a passkey alone: it is something they have, and it has verified them. Whose it is, the authenticator says. Attempts are limited by
 * address. Recorded as `admin.signed_in`, a refusal as `admin.sign_in_refused`, a copied key as `passkey.blocked` too.
 *
 * @param sealed the challenge as it was offered to this browser.
 * @throws {DomainError} NOT_SIGNED_IN, TOO_MANY_ATTEMPTS, GONE for a challenge that is over or was answered.
 */
export async function signInWithPasskey(
  ctx: Context,
  { sealed, answer }: { sealed: string; answer: PasskeyAnswer },
  { wrapper, party }: { wrapper: KeyWrapper; party: RelyingParty },
): Promise<SignedIn> {
  const { address } = attemptKeys(ctx, "");
  await reserveSignIn(ctx, [{ key: address, limit: SIGN_IN_LIMITS.perAddress }], { door: "passkey" });
  const challenge = await openChallenge(wrapper, { purpose: "sign_in" }, { sealed, now: ctx.now });
  const verified = await verifyAnswer(ctx.db, party, { challenge: challenge.value, answer });
  if ("why" in verified) throw await refuseSignIn(ctx, verified.passkey?.admin ?? null, verified.why);
  const { admin } = verified.passkey;
  const { why } = await readLocalStanding(ctx.db, admin.id);
  if (why !== null) throw await refuseSignIn(ctx, admin, why);
  // a copied key leaves its mark: the transaction commits, and the refusal comes after it
  const result = await ctx.db.transaction(async (tx) => {
    const verdict = await usePasskey(tx, ctx, verified, challenge);
    if (verdict !== "used") return { refused: REFUSED[verdict], sessionId: "" };
    const [now] = await tx.query<typeof admin>(
      "UPDATE admin SET last_sign_in_at = $2::timestamptz WHERE id = $1::uuid RETURNING id, email, name, role",
      [admin.id, ctx.now],
    );
    return { refused: null, sessionId: await openSession(tx, ctx, now ?? admin, "passkey") };
  });
  if (result.refused !== null) throw await refuseSignIn(ctx, admin, result.refused);
  return {
    outcome: "signed_in",
    sessionId: result.sessionId,
    admin: { id: admin.id, email: admin.email, name: admin.name },
  };
}
