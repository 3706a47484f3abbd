import { randomBytes } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { countAttempt, forgiveAttempts } from "./attempts.ts";

export type SignInUserInput = { email: string; password: string };
export type SignedInUser = { id: string; email: string; name: string };

type UserRecord = SignedInUser & { passwordHash: string | null; isDisabled: boolean };

const MAX_EMAIL = 254;
const MAX_PASSWORD = 1_024;

/** Checked in place of a password that is not there, so that an unknown account costs what a known one does. */
let decoy: Promise<string> | undefined;

async function isPassword(passwordHash: string | null, password: string): Promise<boolean> {
  decoy ??= hash(randomBytes(32));
  const known = passwordHash ?? (await decoy);
  const isMatch = await verify(known, password).catch(() => false);
  return isMatch && passwordHash !== null;
}

/**
 * Signs a person in by e-mail address and password. The answer and its time are the same for a wrong password, an unknown account, a
 * disabled one and one without a password. Failures are counted by account and address. Recorded as `user.signed_in` or
 * `user.sign_in_refused`.
 *
 * @throws {DomainError} NOT_SIGNED_IN for a pair that is not right, TOO_MANY_ATTEMPTS after too many of them.
 */
export async function signInUser(ctx: Context, input: SignInUserInput): Promise<SignedInUser> {
  // no address has control characters, and the database takes no NUL
  const email = input.email
    .replace(/\p{Cc}/gu, "")
    .trim()
    .toLowerCase()
    .slice(0, MAX_EMAIL);
  const attempt = await countAttempt(ctx.db, email, ctx.ip, ctx.now);
  const [user] = await ctx.db.query<UserRecord>(
    `SELECT id, email, name, password_hash AS "passwordHash", disabled_at IS NOT NULL AS "isDisabled" FROM user_account WHERE email = $1::text`,
    [email],
  );
  if (!attempt.isAllowed) {
    if (attempt.isFirstRefused) await recordRefusal(ctx, user, "TOO_MANY_ATTEMPTS");
    const minutes = Math.ceil(attempt.retryAfterSeconds / 60);
    throw new DomainError(
      "TOO_MANY_ATTEMPTS",
      `Too many attempts. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`,
    );
  }
  const isRight =
    input.password.length <= MAX_PASSWORD && (await isPassword(user?.passwordHash ?? null, input.password));
  if (user === undefined || !isRight || user.isDisabled) {
    await recordRefusal(ctx, user, "NOT_SIGNED_IN");
    throw new DomainError("NOT_SIGNED_IN", "The e-mail address or the password is not right.", {
      detail:
        user === undefined ? "unknown account" : user.isDisabled ? "disabled account" : "wrong password",
    });
  }
  await ctx.db.transaction(async (tx) => {
    await forgiveAttempts(tx, email, ctx.ip);
    await tx.query("UPDATE user_account SET last_sign_in_at = $2::timestamptz WHERE id = $1::uuid", [
      user.id,
      ctx.now,
    ]);
    await recordEntry(tx, asUser(ctx, user), { act: "user.signed_in", target: targetOf(user) });
  });
  return { id: user.id, email: user.email, name: user.name };
}

function targetOf(user: SignedInUser) {
  return { kind: "user", id: user.id, name: user.email };
}

function asUser(ctx: Context, user: SignedInUser): Context {
  return { ...ctx, actor: { kind: "user", id: user.id, name: user.email } };
}

/** What somebody typed as an unknown address is not kept: it may be a password. */
async function recordRefusal(ctx: Context, user: SignedInUser | undefined, errorCode: string): Promise<void> {
  const target =
    user === undefined ? { kind: "user", id: "unknown", name: "unknown account" } : targetOf(user);
  const actor = { kind: "anonymous", id: "anonymous", name: "not signed in" } as const;
  await ctx.db.transaction((tx) =>
    recordEntry(tx, { ...ctx, actor }, { act: "user.sign_in_refused", target, errorCode }),
  );
}
