import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";

/** What keeps an admin from signing in without a provider. */
export type LocalBar = "gone" | "by_provider" | "none" | "local_off";
const WHYS: Record<LocalBar, string> = {
  gone: "account is no more",
  by_provider: "signs in by a provider alone",
  none: "never had a way in of this console",
  local_off: "sign-in without a provider is off",
};

/** How an admin stands to sign-in without a provider. `why` they may not, for the record; null: they may. */
export type LocalStanding = { bar: LocalBar | null; why: string | null; isBreakGlass: boolean };

const barred = (bar: LocalBar): LocalStanding => ({ bar, why: WHYS[bar], isBreakGlass: false });

/** Whether an admin may sign in with a password or passkey of this console, as things stand. */
export async function readLocalStanding(db: Sql, adminId: string): Promise<LocalStanding> {
  const [row] = await db.query<{
    isOff: boolean;
    isNamed: boolean;
    hasProvider: boolean;
    hasPassword: boolean;
  }>(
    `SELECT p.local_off_at IS NOT NULL AS "isOff", a.is_break_glass AND a.role = 'owner' AS "isNamed",
       EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = a.id) AS "hasProvider",
       a.password_hash IS NOT NULL AS "hasPassword"
     FROM admin a, sign_in_policy p WHERE a.id = $1::uuid AND p.id = 1`,
    [adminId],
  );
  if (row === undefined) return barred("gone");
  // who comes in by a provider does not stay in by a passkey of their own once it has let them go
  if (row.hasProvider) return barred("by_provider");
  // and not either once the provider itself is gone: who came by it was never given a password here
  if (!row.hasPassword) return barred("none");
  if (row.isOff && !row.isNamed) return barred("local_off");
  return { bar: null, why: null, isBreakGlass: row.isOff };
}

/** @throws {DomainError} NOT_SIGNED_IN */
export async function requireLocalSignIn(db: Sql, adminId: string): Promise<LocalStanding> {
  const standing = await readLocalStanding(db, adminId);
  if (standing.why !== null)
    throw new DomainError("NOT_SIGNED_IN", "The e-mail, the password or the code is not right.", {
      detail: standing.why,
    });
  return standing;
}

/** @throws {DomainError} CONFLICT while nobody signs in without a provider: what would be set up could not be used. */
export async function requireLocalOn(tx: Sql): Promise<void> {
  const off = await tx.query("SELECT FROM sign_in_policy WHERE id = 1 AND local_off_at IS NOT NULL");
  if (off.length > 0)
    throw new DomainError(
      "CONFLICT",
      "Sign-in without a provider is turned off. Invite them for a provider.",
    );
}
