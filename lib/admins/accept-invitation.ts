import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { requireNotGuessable } from "../passwords/guessable.ts";
import { hashPassword } from "../passwords/hash-password.ts";
import { totpLabel } from "./create-owner.ts";
import { consumeLink, getLiveLink } from "./inspect-setup-link.ts";
import { lockOwners } from "./owner-lock.ts";
import { tellWayInChanged } from "./tell-way-in-changed.ts";
import { acceptTotpOffer } from "./totp-offer.ts";

/**
 * Enrols an invited admin: their link is used up, password and second factor are set, and they are told. Recorded as `admin.enrolled`.
 *
 * @throws {DomainError} GONE for a link that does not work, INVALID_INPUT for a wrong code.
 */
export async function acceptInvitation(
  ctx: Context,
  input: { setupToken: string; enrolment: string; password: string; code: string },
  wrapper: KeyWrapper,
): Promise<{ adminId: string }> {
  const link = await getLiveLink(ctx.db, { setupToken: input.setupToken, now: ctx.now });
  const { admin } = link;
  if (admin === null) throw new DomainError("GONE", "This link is the first set-up, not an invitation.");
  const subject = { purpose: "link", id: link.id } as const;
  const factor = await acceptTotpOffer(wrapper, subject, { ...input, now: ctx.now });
  requireNotGuessable(input.password, admin);
  const passwordHash = await hashPassword(input.password);
  const totpWrapped = await wrapper.wrap(Buffer.from(factor.totpSecret), totpLabel(admin.id));
  await ctx.db.transaction(async (tx) => {
    // whoever shuts out who made it takes it first
    await lockOwners(tx);
    await consumeLink(tx, link, ctx.now);
    // the step before the code's: the code that proved the factor is good for one sign-in too, its link is used up
    const enrolled = await tx.query(
      `UPDATE admin SET password_hash = $2::text, password_set_at = $5::timestamptz, totp_wrapped = $3::bytea, totp_last_step = $4::bigint
       WHERE id = $1::uuid AND totp_wrapped IS NULL AND disabled_at IS NULL RETURNING id`,
      [admin.id, passwordHash, totpWrapped, factor.step - 1n, ctx.now],
    );
    if (enrolled.length === 0) throw new DomainError("GONE", "This invitation is no longer open.");
    const actor = {
      kind: "admin",
      id: admin.id,
      name: admin.email,
      role: admin.role,
      sessionId: "",
    } as const;
    const asAdmin = { ...ctx, actor };
    await tellWayInChanged(tx, asAdmin, {
      actor,
      what: "Your password and second factor were set by a one-time link",
      means: "The link is used up.",
    });
    await recordEntry(tx, asAdmin, {
      act: "admin.enrolled",
      target: { kind: "admin", id: admin.id, name: admin.email },
    });
  });
  return { adminId: admin.id };
}
