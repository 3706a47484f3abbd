import { generateAuthenticationOptions } from "@simplewebauthn/server";
import type { Context } from "../context.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { offerChallenge } from "./challenge.ts";
import { CHALLENGE_SECONDS, type PasskeyOffer } from "./model.ts";
import type { RelyingParty } from "./relying-party.ts";

/** What a browser is asked to sign in order to sign somebody in: it names no passkey, so that it tells nobody who has one. Stores nothing. */
export async function offerPasskeySignIn(
  ctx: Context,
  { wrapper, party }: { wrapper: KeyWrapper; party: RelyingParty },
): Promise<PasskeyOffer> {
  const challenge = await offerChallenge(wrapper, { purpose: "sign_in" }, ctx.now);
  const options = await generateAuthenticationOptions({
    rpID: party.id,
    challenge: challenge.bytes,
    timeout: CHALLENGE_SECONDS * 1000,
    userVerification: "required",
  });
  return {
    options: { ...options },
    challenge: challenge.sealed,
    expiresAt: challenge.expiresAt.toISOString(),
  };
}
