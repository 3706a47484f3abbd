import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import type { Transaction } from "../db/database.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { releaseAttempt } from "../passwords/throttle.ts";
import { attemptKeys, checkPassword, type KnownAdmin, refuseSignIn } from "./check-password.ts";
import { totpLabel } from "./create-owner.ts";
import { ADMIN_SESSION_ABSOLUTE_SECONDS, ADMIN_SESSION_IDLE_SECONDS, SIGN_IN_LIMITS } from "./model.ts";
import { matchTotp } from "./totp.ts";
import { acceptTotpOffer } from "./totp-offer.ts";

export type SignInInput = {
  email: string;
  password: string;
  /** Six digits. */
  code: string;
  /** From `beginSignInEnrolment`, where the account has no second factor yet. */
  enrolment?: string | undefined;
};

/** Either a session, or the news that the account must first enrol its second factor. */
export type SignInResult =
  | { outcome: "signed_in"; sessionId: string; admin: { id: string; email: string; name: string } }
  | { outcome: "enrolment_required" };

/**
 * Signs an admin in with password and second factor. Attempts are limited by account and by address; a code works once; unknown
 * accounts answer like known ones and take as long. Recorded as `admin.signed_in`, a refusal as `admin.sign_in_refused`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, TOO_MANY_ATTEMPTS
 */
export async function signIn(ctx: Context, input: SignInInput, wrapper: KeyWrapper): Promise<SignInResult> {
  const admin = await checkPassword(ctx, input);
  if (admin.totpWrapped === null) {
    if (input.enrolment === undefined || input.enrolment === "") return { outcome: "enrolment_required" };
    return enrolAndSignIn(ctx, admin, input.enrolment, input.code, wrapper);
  }
  const totpSecret = (await wrapper.unwrap(admin.totpWrapped, totpLabel(admin.id))).toString("utf8");
  const step = matchTotp(totpSecret, input.code, ctx.now);
  if (step === null) throw await refuseSignIn(ctx, admin, "code");
  const sessionId = await ctx.db.transaction(async (tx) => {
    const taken = await tx.query(
      `UPDATE admin SET totp_last_step = $2::bigint, last_sign_in_at = $3::timestamptz
       WHERE id = $1::uuid AND totp_last_step < $2::bigint AND disabled_at IS NULL AND password_hash = $4::text RETURNING id`,
      [admin.id, step, ctx.now, admin.passwordHash],
    );
    return taken.length === 0 ? null : openSession(tx, ctx, admin);
  });
  if (sessionId === null) throw await refuseSignIn(ctx, admin, "code used before");
  return { outcome: "signed_in", sessionId, admin: { id: admin.id, email: admin.email, name: admin.name } };
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
       WHERE id = $1::uuid AND totp_wrapped IS NULL AND disabled_at IS NULL AND password_hash = $5::text RETURNING id`,
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
    await recordEntry(
      tx,
      { ...ctx, actor },
      { act: "admin.enrolled", target: { kind: "admin", id: admin.id, name: admin.email } },
    );
    return openSession(tx, ctx, admin);
  });
  return { outcome: "signed_in", sessionId, admin: { id: admin.id, email: admin.email, name: admin.name } };
}

async function openSession(tx: Transaction, ctx: Context, admin: KnownAdmin): Promise<string> {
  const sessionId = uuidv7(ctx.now);
  const keys = attemptKeys(ctx, admin.email);
  await tx.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, ip, user_agent)
     VALUES ($1::uuid, $2::uuid, $3::timestamptz, $3::timestamptz, $4::timestamptz, $5::int, $6::text, $7::text)`,
    [
      sessionId,
      admin.id,
      ctx.now,
      new Date(ctx.now.getTime() + ADMIN_SESSION_ABSOLUTE_SECONDS * 1000),
      ADMIN_SESSION_IDLE_SECONDS,
      ctx.ip,
      ctx.userAgent,
    ],
  );
  await releaseAttempt(tx, {
    cleared: [keys.account],
    returned: [keys.address],
    windowSeconds: SIGN_IN_LIMITS.windowSeconds,
    now: ctx.now,
  });
  const actor = { kind: "admin", id: admin.id, name: admin.email, role: admin.role, sessionId } as const;
  await recordEntry(
    tx,
    { ...ctx, actor },
    { act: "admin.signed_in", target: { kind: "admin", id: admin.id, name: admin.email } },
  );
  return sessionId;
}
