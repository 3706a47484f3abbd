import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { requireNotGuessable } from "../passwords/guessable.ts";
import { hashPassword } from "../passwords/hash-password.ts";
import { consumeLink, getLiveLink } from "./inspect-setup-link.ts";
import { hasOwner, lockOwners } from "./owner-lock.ts";
import { acceptTotpOffer } from "./totp-offer.ts";

export type CreateOwnerInput = {
  setupToken: string;
  /** As it came from `beginEnrolment`. */
  enrolment: string;
  email: string;
  name: string;
  password: string;
  /** Six digits of the enrolled second factor. */
  code: string;
};

/**
 * Makes the first owner with the set-up link: the link is used up, the second factor proven before the owner exists.
 * Recorded as `admin.created` by the owner themself.
 *
 * @throws {DomainError} GONE for a link that does not work, INVALID_INPUT for a wrong code, CONFLICT where an owner exists.
 */
export async function createOwner(
  ctx: Context,
  input: CreateOwnerInput,
  wrapper: KeyWrapper,
): Promise<{ adminId: string }> {
  const link = await getLiveLink(ctx.db, { setupToken: input.setupToken, now: ctx.now });
  if (link.admin !== null) throw new DomainError("GONE", "This link is an invitation, not the first set-up.");
  const subject = { purpose: "link", id: link.id } as const;
  const factor = await acceptTotpOffer(wrapper, subject, { ...input, now: ctx.now });
  const id = uuidv7(ctx.now);
  const email = input.email.toLowerCase();
  requireNotGuessable(input.password, input);
  const passwordHash = await hashPassword(input.password);
  const totpWrapped = await wrapper.wrap(Buffer.from(factor.totpSecret), totpLabel(id));
  await ctx.db.transaction(async (tx) => {
    await lockOwners(tx);
    if (await hasOwner(tx)) throw new DomainError("CONFLICT", "An owner exists already. Sign in instead.");
    await consumeLink(tx, link, ctx.now);
    // the step before the code's: the code that proved the factor is good for one sign-in too, its link is used up
    await tx.query(
      `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, totp_last_step, created_at, password_set_at)
       VALUES ($1::uuid, $2::text, $3::text, 'owner', $4::text, $5::bytea, $6::bigint, $7::timestamptz, $7::timestamptz)`,
      [id, email, input.name, passwordHash, totpWrapped, factor.step - 1n, ctx.now],
    );
    const actor = { kind: "admin", id, name: email, role: "owner", sessionId: "" } as const;
    await recordEntry(
      tx,
      { ...ctx, actor },
      {
        act: "admin.created",
        target: { kind: "admin", id, name: email },
        note: "first owner, by the set-up link",
        after: { email, name: input.name, role: "owner" },
      },
    );
  });
  return { adminId: id };
}

/** What an admin's wrapped second factor is bound to. */
export function totpLabel(adminId: string): string {
  return `totp:${adminId}`;
}
