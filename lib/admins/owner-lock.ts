import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";

/** One at a time until the transaction ends: whoever makes, disables or demotes an owner. */
export async function lockOwners(tx: Sql): Promise<void> {
  await tx.query("SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtext('tokenwarden.owners'))) l");
}

/** Whether anybody is there already: an owner, enabled or not. */
export async function hasOwner(tx: Sql): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(
    "SELECT EXISTS (SELECT FROM admin WHERE role = 'owner') AS found",
  );
  return row?.found ?? false;
}

/**
 * Refuses to leave the console without an owner who can sign in without a provider, whatever becomes of it: while that is off, without a break-glass owner. Call after the change, under the lock.
 *
 * @throws {DomainError} CONFLICT
 */
export async function requireAnOwner(tx: Sql): Promise<void> {
  const [row] = await tx.query<{ found: boolean }>(
    `SELECT EXISTS (SELECT FROM admin a WHERE a.role = 'owner' AND a.disabled_at IS NULL AND a.password_hash IS NOT NULL AND (a.totp_wrapped IS NOT NULL
       OR EXISTS (SELECT FROM passkey p WHERE p.admin_id = a.id AND p.blocked_at IS NULL))
       AND NOT EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = a.id)
       AND (NOT EXISTS (SELECT FROM sign_in_policy l WHERE l.local_off_at IS NOT NULL) OR a.is_break_glass)) AS found`,
  );
  if (!row?.found)
    throw new DomainError(
      "CONFLICT",
      "This is the last owner who can sign in without a provider. Make another owner first.",
    );
}
