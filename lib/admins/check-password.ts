import type { Role } from "../authz/roles.ts";
import { Places } from "../bounds/places.ts";
import type { Context } from "../context.ts";
import { tooManyAttempts } from "../errors.ts";
import { verifyPassword } from "../passwords/hash-password.ts";
import { accountKey } from "../passwords/throttle.ts";
import { addressKey } from "../sign-in/address-key.ts";
import { accountKeyHere, isAmong, KNOWN_DAYS, PLACES_MAX } from "../sign-in/known-places.ts";
import { readLocalStanding } from "../sign-in-providers/local-sign-in.ts";
import { SIGN_IN_LIMITS } from "./model.ts";
import { type RefusedAdmin, refuseSignIn, reserveSignIn } from "./refuse-sign-in.ts";

/** An enabled admin whose password was right. */
export type KnownAdmin = {
  id: string;
  email: string;
  name: string;
  role: Role;
  passwordHash: string;
  /** Null until it is enrolled, and for who has passkeys instead. */
  totpWrapped: Uint8Array | null;
  hasPasskeys: boolean;
};

/** The keys that sign-in attempts are counted by. Those at a provider for themselves: while it fails, an address goes on to be one that break-glass owners come from. */
export function attemptKeys(
  ctx: Context,
  email: string,
): { account: string; accountHere: string; address: string; providerAddress: string } {
  const from = addressKey(ctx.ip);
  const account = accountKey("admin", email);
  return {
    account,
    accountHere: accountKeyHere(account, ctx.ip),
    address: `admin-address:${from}`,
    providerAddress: `provider-address:${from}`,
  };
}

/**
 * A password is costly to check on purpose. Strangers of however many addresses wait for one place, or are told to come again before anything is counted or written for them; whoever comes from
 * where the account came from lately does not wait behind them.
 */
const places = new Places({
  known: 1,
  strangers: 1,
  perAddress: 1,
  waiting: 32,
  waitMs: 10_000,
  busy: () => tooManyAttempts("Too many people sign in at this moment", 5_000),
});

/**
 * Whether the account came in from this very address lately. What is tried from there counts for that place alone, so that strangers who try its password shut out
 * strangers, and not whoever it belongs to.
 */
async function isAtKnownPlace(ctx: Context, email: string): Promise<boolean> {
  if (ctx.ip === null) return false;
  const rows = await ctx.db.query<{ ip: string }>(
    `SELECT s.ip FROM admin_session s JOIN admin a ON a.id = s.admin_id WHERE a.email = $1::text AND s.ip IS NOT NULL
       AND s.created_at > $2::timestamptz - make_interval(days => $3::int) GROUP BY s.ip ORDER BY max(s.created_at) DESC LIMIT $4::int`,
    [email.toLowerCase(), ctx.now, KNOWN_DAYS, PLACES_MAX],
  );
  return isAmong(
    rows.map(({ ip }) => ip),
    ctx.ip,
  );
}

/**
 * Counts the attempt, then checks the password. Unknown, disabled and not yet enrolled accounts, and those
 * that come in by a provider alone, take as long and answer the same.
 * A refusal is recorded as `admin.sign_in_refused`, and so is the attempt that is one too many.
 *
 * @throws {DomainError} TOO_MANY_ATTEMPTS, also where too many strangers are at the door; NOT_SIGNED_IN
 */
export async function checkPassword(
  ctx: Context,
  given: { email: string; password: string },
  /** What else is given with it. */
  door: "password" | "recovery code" = "password",
): Promise<KnownAdmin> {
  const isKnown = await isAtKnownPlace(ctx, given.email);
  return places.within({ of: "password", from: addressKey(ctx.ip), isKnown }, () =>
    checkInPlace(ctx, given, { isKnown, door }),
  );
}

async function findAdmin(ctx: Context, email: string): Promise<RefusedAdmin> {
  const rows = await ctx.db.query<{ id: string; email: string }>(
    "SELECT id, email FROM admin WHERE email = $1::text",
    [email.toLowerCase()],
  );
  return rows[0] ?? null;
}

async function checkInPlace(
  ctx: Context,
  { email, password }: { email: string; password: string },
  { isKnown, door }: { isKnown: boolean; door: "password" | "recovery code" },
): Promise<KnownAdmin> {
  const keys = attemptKeys(ctx, email);
  const account = isKnown ? keys.accountHere : keys.account;
  await reserveSignIn(
    ctx,
    [
      { key: keys.address, limit: SIGN_IN_LIMITS.perAddress },
      { key: account, limit: SIGN_IN_LIMITS.perAccount },
    ],
    { door, find: async (key) => (key === account ? findAdmin(ctx, email) : null) },
  );
  const [admin] = await ctx.db.query<KnownAdmin & { disabledAt: Date | null }>(
    `SELECT id, email, name, role, password_hash AS "passwordHash", totp_wrapped AS "totpWrapped", disabled_at AS "disabledAt",
       EXISTS (SELECT FROM passkey p WHERE p.admin_id = admin.id) AS "hasPasskeys"
     FROM admin WHERE email = $1::text`,
    [email.toLowerCase()],
  );
  const isRight = await verifyPassword(admin?.passwordHash ?? null, password);
  if (admin === undefined || !isRight || admin.disabledAt !== null)
    throw await refuseSignIn(ctx, admin ?? null, "password");
  const { why } = await readLocalStanding(ctx.db, admin.id);
  if (why !== null) throw await refuseSignIn(ctx, admin, why);
  return admin;
}
