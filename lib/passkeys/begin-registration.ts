import { generateRegistrationOptions } from "@simplewebauthn/server";
import { requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { offerChallenge } from "./challenge.ts";
import { readPasskeys } from "./list-factors.ts";
import { CHALLENGE_SECONDS, type PasskeyOffer } from "./model.ts";
import type { RelyingParty } from "./relying-party.ts";
import { userHandleOf } from "./verify-answer.ts";

/** ES256, EdDSA and RS256: what authenticators of today make, by COSE's numbers. */
const ALGORITHMS = [-7, -8, -257];

/**
 * What a browser is asked to make for the asking admin: a passkey that it can find by itself, and that verifies its holder each time. Stores nothing.
 *
 * @throws {StepUpRequired} own-factors
 * @throws {DomainError} CONFLICT for who is no admin.
 * @see WebAuthn level 3, section 7.1
 */
export async function beginPasskeyRegistration(
  ctx: Context,
  { wrapper, party }: { wrapper: KeyWrapper; party: RelyingParty },
): Promise<PasskeyOffer> {
  const actor = requireAdmin(ctx);
  await requireStepUp(ctx, "own-factors");
  const use = { purpose: "register", sessionId: actor.sessionId } as const;
  const challenge = await offerChallenge(wrapper, use, ctx.now);
  const known = await readPasskeys(ctx.db, actor.id);
  const options = await generateRegistrationOptions({
    rpName: "Tokenwarden",
    rpID: party.id,
    userID: userHandleOf(actor.id),
    userName: actor.name,
    userDisplayName: actor.name,
    challenge: challenge.bytes,
    timeout: CHALLENGE_SECONDS * 1000,
    attestationType: "none",
    excludeCredentials: known.map(({ credentialId, transports }) => ({ id: credentialId, transports })),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  return {
    options: { ...options },
    challenge: challenge.sealed,
    expiresAt: challenge.expiresAt.toISOString(),
  };
}
