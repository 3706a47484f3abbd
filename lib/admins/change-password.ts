import { recordEntry } from "../audit/record-entry.ts";
import { type AdminActor, requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { requireNotGuessable } from "../passwords/guessable.ts";
import { hashPassword, verifyPassword } from "../passwords/hash-password.ts";
import { DoorClosed, releaseAttempt, reserveAttempt } from "../passwords/throttle.ts";
import { type LocalBar, readLocalStanding } from "../sign-in-providers/local-sign-in.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { attemptKeys } from "./check-password.ts";
import { endSessions } from "./end-sessions.ts";
import type { ChangePasswordInput } from "./input.ts";
import { SIGN_IN_LIMITS } from "./model.ts";
import { tellWayInChanged } from "./tell-way-in-changed.ts";

const NO_USE: Record<LocalBar, string> = {
  gone: "This account is no more.",
  by_provider: "You sign in by a provider: this console has no password of yours.",
  none: "This account has no password.",
  local_off: "Sign-in without a provider is turned off: a password would let you in nowhere.",
};

type Owner = { email: string; name: string; passwordHash: string };

/** Counted by account wherever it is tried from: whoever holds a session of theirs has as many tries as at the sign-in, and shuts nobody out of it. */
const accountKeyOf = (actor: AdminActor) => `password change ${actor.id}`;

function fault(path: string, message: string, detail?: string): DomainError {
  const text =
    path === "password" ? `The new password ${message}.` : "The password that you have now is not right.";
  return new DomainError("INVALID_INPUT", text, {
    fields: [{ path, message }],
    ...(detail === undefined ? {} : { detail }),
  });
}

/** Counts the attempt, then checks. A refusal is recorded as `admin.password_change_refused`. */
async function requirePassword(ctx: Context, actor: AdminActor, owner: Owner, typed: string): Promise<void> {
  const record = (errorCode: string, note: string) =>
    ctx.db.transaction((tx) =>
      recordEntry(tx, ctx, {
        act: "admin.password_change_refused",
        target: { kind: "admin", id: actor.id, name: actor.name },
        note,
        errorCode,
      }),
    );
  await reserveAttempt(ctx.db, {
    keys: [
      { key: attemptKeys(ctx, owner.email).address, limit: SIGN_IN_LIMITS.perAddress },
      { key: accountKeyOf(actor), limit: SIGN_IN_LIMITS.perAccount },
    ],
    windowSeconds: SIGN_IN_LIMITS.windowSeconds,
    now: ctx.now,
  }).catch(async (error: unknown) => {
    if (error instanceof DoorClosed && error.isFirst) await record(error.code, "too many attempts");
    throw error;
  });
  if (await verifyPassword(owner.passwordHash, typed)) return;
  await record("INVALID_INPUT", "the password that they have was not right");
  throw fault("currentPassword", "is not your password");
}

/**
 * Sets the asking admin's password, who shows the one that they have. Their other sessions end, and they are told. Attempts are limited as at the sign-in. Recorded as
 * `admin.password_changed`, a wrong password as `admin.password_change_refused`.
 *
 * @throws {StepUpRequired} own-factors
 * @throws {DomainError} INVALID_INPUT for a wrong password, for a new one that is the same or would be guessed soon; TOO_MANY_ATTEMPTS; CONFLICT where a password lets nobody in, where
 *   another change came first, or for who is no admin.
 */
export async function changePassword(
  ctx: Context,
  input: ChangePasswordInput,
): Promise<{ endedSessions: number }> {
  const actor = requireAdmin(ctx);
  await requireStepUp(ctx, "own-factors");
  const { bar } = await readLocalStanding(ctx.db, actor.id);
  if (bar !== null) throw new DomainError("CONFLICT", NO_USE[bar]);
  const [owner] = await ctx.db.query<Owner>(
    `SELECT email, name, password_hash AS "passwordHash" FROM admin WHERE id = $1::uuid AND password_hash IS NOT NULL`,
    [actor.id],
  );
  if (owner === undefined) throw new DomainError("CONFLICT", NO_USE.none);
  requireNotGuessable(input.password, owner);
  // before the one that they have is tried: it costs no try
  if (input.password === input.currentPassword) throw fault("password", "is the one that you have now");
  await requirePassword(ctx, actor, owner, input.currentPassword);
  const passwordHash = await hashPassword(input.password);
  return ctx.db.transaction(async (tx) => {
    const changed = await tx.query(
      `UPDATE admin SET password_hash = $2::text, password_set_at = $3::timestamptz
       WHERE id = $1::uuid AND disabled_at IS NULL AND password_hash = $4::text RETURNING id`,
      [actor.id, passwordHash, ctx.now, owner.passwordHash],
    );
    if (changed.length === 0)
      throw new DomainError("CONFLICT", "The password of this account was changed meanwhile.");
    await releaseAttempt(tx, {
      cleared: [accountKeyOf(actor)],
      returned: [attemptKeys(ctx, owner.email).address],
      windowSeconds: SIGN_IN_LIMITS.windowSeconds,
      now: ctx.now,
    });
    const endedSessions = await endSessions(tx, {
      adminId: actor.id,
      now: ctx.now,
      reason: "password_changed",
      except: actor.sessionId,
    });
    await tellWayInChanged(tx, ctx, { actor, what: "Your password was changed" });
    await recordEntry(tx, ctx, {
      act: "admin.password_changed",
      target: { kind: "admin", id: actor.id, name: actor.name },
      after: { endedSessions },
    });
    return { endedSessions };
  });
}
