import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import { DomainError } from "../errors.ts";
import { verifyPassword } from "../passwords/hash-password.ts";
import { accountKey, DoorClosed, releaseAttempt, reserveAttempt } from "../passwords/throttle.ts";
import { addressKey } from "./address-key.ts";
import { accountKeyHere, isAmong, KNOWN_DAYS, PLACES_MAX } from "./known-places.ts";

export type SignInUserInput = { email: string; password: string };
export type SignedInUser = { id: string; email: string; name: string };

type UserRecord = SignedInUser & { passwordHash: string | null; isDisabled: boolean };

const WINDOW_SECONDS = 15 * 60;
/** Failures in a window after which an account, or an address, has to wait for the next one. */
const ACCOUNT_LIMIT = 10;
const ADDRESS_LIMIT = 50;
/** Of so many of a person's last acts the sign-ins are looked at. */
const ACTS_MAX = 1_000;
const MAX_EMAIL = 254;
const MAX_PASSWORD = 1_024;

/**
 * Signs a person in by e-mail address and password. The answer and its time are the same for a wrong password, an unknown account, a
 * disabled one and one without a password. Failures are counted by address and account: those from where the person is wont to come from for that place alone, so that
 * strangers who try a password shut out strangers. Recorded as `user.signed_in` or
 * `user.sign_in_refused`; of the attempts that come too often the first one is.
 *
 * @throws {DomainError} NOT_SIGNED_IN for a pair that is not right, TOO_MANY_ATTEMPTS after too many of them.
 */
export async function signInUser(ctx: SqlContext, input: SignInUserInput): Promise<SignedInUser> {
  const { db, now } = ctx;
  // no address has control characters, and the database takes no NUL
  const email = input.email
    .replace(/\p{Cc}/gu, "")
    .trim()
    .toLowerCase()
    .slice(0, MAX_EMAIL);
  const keys = accountKeys(ctx, email);
  const isHere = await isAtKnownPlace(ctx, email);
  const account = { key: isHere ? keys.here : keys.anywhere, limit: ACCOUNT_LIMIT };
  const address = { key: `user-address ${addressKey(ctx.ip)}`, limit: ADDRESS_LIMIT };
  const [user] = await db.query<UserRecord>(
    `SELECT id, email, name, password_hash AS "passwordHash", disabled_at IS NOT NULL AS "isDisabled" FROM user_account WHERE email = $1::text`,
    [email],
  );
  try {
    await reserveAttempt(db, { keys: [address, account], windowSeconds: WINDOW_SECONDS, now });
  } catch (error) {
    if (error instanceof DoorClosed && error.isFirst) await recordRefusal(ctx, user, error.code);
    throw error;
  }
  const isShort = input.password.length <= MAX_PASSWORD;
  const isRight = await verifyPassword(user?.passwordHash ?? null, isShort ? input.password : "");
  if (user === undefined || !isRight || user.isDisabled) {
    await recordRefusal(ctx, user, "NOT_SIGNED_IN");
    throw new DomainError("NOT_SIGNED_IN", "The e-mail address or the password is not right.", {
      detail:
        user === undefined ? "unknown account" : user.isDisabled ? "disabled account" : "wrong password",
    });
  }
  await db.transaction(async (tx) => {
    await releaseAttempt(tx, {
      cleared: [keys.anywhere, keys.here],
      returned: [address.key],
      windowSeconds: WINDOW_SECONDS,
      now,
    });
    await tx.query("UPDATE user_account SET last_sign_in_at = $2::timestamptz WHERE id = $1::uuid", [
      user.id,
      now,
    ]);
    const actor = { kind: "user", id: user.id, name: user.email } as const;
    await recordEntry(tx, { ...ctx, actor }, { act: "user.signed_in", target: targetOf(user) });
  });
  return { id: user.id, email: user.email, name: user.name };
}

function accountKeys({ ip }: SqlContext, email: string): { anywhere: string; here: string } {
  const anywhere = accountKey("user", email);
  return { anywhere, here: accountKeyHere(anywhere, ip) };
}

/**
 * Whether the person signed in from this very address lately, as the log has it: where a session was seen last would be known to whoever took the session. Asked of unknown
 * accounts too, so that they take as long.
 */
async function isAtKnownPlace({ db, now, ip }: SqlContext, email: string): Promise<boolean> {
  const rows = await db.query<{ ip: string }>(
    `SELECT s.ip FROM user_account u CROSS JOIN LATERAL (
       SELECT a.ip, a.at, a.act FROM audit_entry a WHERE a.actor_id = u.id::text AND a.at > $2::timestamptz - make_interval(days => $3::int)
       ORDER BY a.at DESC LIMIT $4::int) s
     WHERE u.email = $1::text AND s.act = 'user.signed_in' AND s.ip IS NOT NULL GROUP BY s.ip ORDER BY max(s.at) DESC LIMIT $5::int`,
    [email, now, KNOWN_DAYS, ACTS_MAX, PLACES_MAX],
  );
  return isAmong(
    rows.map((row) => row.ip),
    ip,
  );
}

function targetOf(user: SignedInUser) {
  return { kind: "user", id: user.id, name: user.email };
}

/** What somebody typed as an unknown address is not kept: it may be a password. */
async function recordRefusal(
  ctx: SqlContext,
  user: SignedInUser | undefined,
  errorCode: string,
): Promise<void> {
  const target =
    user === undefined ? { kind: "user", id: "unknown", name: "unknown account" } : targetOf(user);
  const actor = { kind: "anonymous", id: "anonymous", name: "not signed in" } as const;
  await ctx.db.transaction((tx) =>
    recordEntry(tx, { ...ctx, actor }, { act: "user.sign_in_refused", target, errorCode }),
  );
}
