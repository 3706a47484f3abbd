import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { useRecoveryCode } from "../recovery-codes/use-recovery-code.ts";
import { checkPassword, type KnownAdmin } from "./check-password.ts";
import { totpLabel } from "./create-owner.ts";
import { openSession } from "./open-session.ts";
import { refuseSignIn } from "./refuse-sign-in.ts";
import { tellWayInChanged } from "./tell-way-in-changed.ts";
import { matchTotp } from "./totp.ts";
import { acceptTotpOffer } from "./totp-offer.ts";

export type SignInInput = {
  email: string;
  password: string;
  /** Six digits. */
  code: string;
  /** Instead of `code`, where the second factor is lost. */
  recoveryCode?: string | undefined;
  /** From `beginSignInEnrolment`, where the account has no second factor yet. */
  enrolment?: string | undefined;
};

export type SignedIn = {
  outcome: "signed_in";
  sessionId: string;
  admin: { id: string; email: string; name: string };
};

/** Either a session, or the news that the account must first enrol its second factor. */
export type SignInResult = SignedIn | { outcome: "enrolment_required" };

/**
 * Signs an admin in with password and second factor, or with password and a recovery code. Attempts are limited by account and by address; a code works
 * once; unknown accounts answer like known ones and take as long. Recorded as `admin.signed_in`, a refusal as `admin.sign_in_refused`, a recovery code
 * as `recovery_code.used` too.
 *
 * @throws {DomainError} NOT_SIGNED_IN, TOO_MANY_ATTEMPTS
 */
export async function signIn(ctx: Context, input: SignInInput, wrapper: KeyWrapper): Promise<SignInResult> {
  const { recoveryCode = "" } = input;
  const admin = await checkPassword(ctx, input, recoveryCode === "" ? "password" : "recovery code");
  if (recoveryCode !== "") return signInByRecoveryCode(ctx, admin, recoveryCode);
  if (admin.totpWrapped === null) {
    // who has passkeys alone has a factor: a password must not be enough to set up another one
    if (admin.hasPasskeys) throw await refuseSignIn(ctx, admin, "no authenticator");
    if (input.enrolment === undefined || input.enrolment === "") return { outcome: "enrolment_required" };
    return enrolAndSignIn(ctx, admin, input.enrolment, input.code, wrapper);
  }
  const totpSecret = (await wrapper.unwrap(admin.totpWrapped, totpLabel(admin.id))).toString("utf8");
  const step = matchTotp(totpSecret, input.code, ctx.now);
  if (step === null) throw await refuseSignIn(ctx, admin, "code");
  const sessionId = await ctx.db.transaction(async (tx) => {
    const taken = await tx.query(
      `UPDATE admin SET totp_last_step = $2::bigint, last_sign_in_at = $3::timestamptz
       WHERE id = $1::uuid AND totp_last_step < $2::bigint AND totp_wrapped = $5::bytea AND disabled_at IS NULL AND password_hash = $4::text
       RETURNING id`,
      [admin.id, step, ctx.now, admin.passwordHash, admin.totpWrapped],
    );
    return taken.length === 0 ? null : openSession(tx, ctx, admin, "totp");
  });
  if (sessionId === null) throw await refuseSignIn(ctx, admin, "code used before");
  return signedIn(admin, sessionId);
}

function signedIn({ id, email, name }: KnownAdmin, sessionId: string): SignedIn {
  return { outcome: "signed_in", sessionId, admin: { id, email, name } };
}

async function signInByRecoveryCode(
  ctx: Context,
  admin: KnownAdmin,
  recoveryCode: string,
): Promise<SignedIn> {
  const sessionId = await ctx.db.transaction(async (tx) => {
    const known = await tx.query(
      "SELECT id FROM admin WHERE id = $1::uuid AND disabled_at IS NULL AND password_hash = $2::text FOR UPDATE",
      [admin.id, admin.passwordHash],
    );
    if (known.length === 0 || !(await useRecoveryCode(tx, ctx, admin, recoveryCode))) return null;
    await tx.query("UPDATE admin SET last_sign_in_at = $2::timestamptz WHERE id = $1::uuid", [
      admin.id,
      ctx.now,
    ]);
    return openSession(tx, ctx, admin, "recovery_code");
  });
  if (sessionId === null) throw await refuseSignIn(ctx, admin, "recovery code");
  return signedIn(admin, sessionId);
}

async function enrolAndSignIn(
  ctx: Context,
  admin: KnownAdmin,
  enrolment: string,
  code: string,
  wrapper: KeyWrapper,
): Promise<SignInResult> {
  const subject = { purpose: "sign_in", id: admin.id } as const;
  const factor = await acceptTotpOffer(wrapper, subject, { enrolment, code, now: ctx.now });
  const totpWrapped = await wrapper.wrap(Buffer.from(factor.totpSecret), totpLabel(admin.id));
  const sessionId = await ctx.db.transaction(async (tx) => {
    const enrolled = await tx.query(
      `UPDATE admin SET totp_wrapped = $2::bytea, totp_last_step = $3::bigint, last_sign_in_at = $4::timestamptz
       WHERE id = $1::uuid AND totp_wrapped IS NULL AND disabled_at IS NULL AND password_hash = $5::text
         AND NOT EXISTS (SELECT FROM passkey p WHERE p.admin_id = admin.id) RETURNING id`,
      [admin.id, totpWrapped, factor.step, ctx.now, admin.passwordHash],
    );
    if (enrolled.length === 0)
      throw new DomainError("CONFLICT", "The second factor of this account was enrolled meanwhile.");
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
      what: "An authenticator app was set up for your account",
      means: "A code of it is asked for at each sign-in with your password from now on.",
    });
    await recordEntry(tx, asAdmin, {
      act: "admin.enrolled",
      target: { kind: "admin", id: admin.id, name: admin.email },
    });
    return openSession(tx, ctx, admin, "totp");
  });
  return signedIn(admin, sessionId);
}
