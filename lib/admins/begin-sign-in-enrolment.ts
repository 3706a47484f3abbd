import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { checkPassword } from "./check-password.ts";
import type { TotpOffer } from "./model.ts";
import { offerTotp } from "./totp-offer.ts";

/**
 * The second factor for an account that has a password and none yet (the owner made from the environment). Counts as a sign-in
 * attempt. Sign in with the code and `enrolment` to finish.
 *
 * @throws {DomainError} NOT_SIGNED_IN, TOO_MANY_ATTEMPTS, CONFLICT where the account has a second factor.
 */
export async function beginSignInEnrolment(
  ctx: Context,
  input: { email: string; password: string },
  wrapper: KeyWrapper,
): Promise<TotpOffer> {
  const admin = await checkPassword(ctx, input);
  if (admin.totpWrapped !== null || admin.hasPasskeys)
    throw new DomainError("CONFLICT", "This account has its second factor. Sign in with it.");
  return offerTotp(wrapper, { purpose: "sign_in", id: admin.id }, { email: admin.email, now: ctx.now });
}
