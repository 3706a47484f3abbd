import type { Context } from "../context.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { getLiveLink } from "./inspect-setup-link.ts";
import type { TotpOffer } from "./model.ts";
import { offerTotp } from "./totp-offer.ts";

/**
 * The second factor for the holder of a one-time link, the first owner or an invited admin: shown as a picture to scan, and
 * handed back as `enrolment` with a code. Nothing is stored; asking again gives another secret.
 *
 * @throws {DomainError} GONE
 */
export async function beginEnrolment(
  ctx: Context,
  { setupToken, email }: { setupToken: string; email: string },
  wrapper: KeyWrapper,
): Promise<TotpOffer> {
  const link = await getLiveLink(ctx.db, { setupToken, now: ctx.now });
  return offerTotp(
    wrapper,
    { purpose: "link", id: link.id },
    { email: link.admin?.email ?? email, now: ctx.now },
  );
}
