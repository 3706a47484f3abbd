import { generateAuthenticationOptions } from "@simplewebauthn/server";
import type { Context } from "../context.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { type ChallengeUse, offerChallenge } from "./challenge.ts";
import { readPasskeys } from "./list-factors.ts";
import { CHALLENGE_SECONDS, type PasskeyOffer, type Transport } from "./model.ts";
import type { RelyingParty } from "./relying-party.ts";

/** What a browser is asked to sign with one of an admin's own passkeys, or null where none of them works. Stores nothing. */
export async function offerPasskeyProof(
  ctx: Context,
  use: Extract<ChallengeUse, { purpose: "step_up" }>,
  { adminId, wrapper, party }: { adminId: string; wrapper: KeyWrapper; party: RelyingParty },
): Promise<PasskeyOffer | null> {
  const working = (await readPasskeys(ctx.db, adminId)).filter(({ blockedAt }) => blockedAt === null);
  if (working.length === 0) return null;
  const challenge = await offerChallenge(wrapper, use, ctx.now);
  const options = await generateAuthenticationOptions({
    rpID: party.id,
    challenge: challenge.bytes,
    timeout: CHALLENGE_SECONDS * 1000,
    userVerification: "required",
    allowCredentials: working.map(({ credentialId, transports }) => ({
      id: credentialId,
      transports: transports as Transport[],
    })),
  });
  return {
    options: { ...options },
    challenge: challenge.sealed,
    expiresAt: challenge.expiresAt.toISOString(),
  };
}
