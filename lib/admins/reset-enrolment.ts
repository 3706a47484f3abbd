import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { inviteAgain } from "../sign-in-providers/invite-for-provider.ts";
import { requireLocalOn } from "../sign-in-providers/local-sign-in.ts";
import { storeLink } from "./create-setup-link.ts";
import { endSessions } from "./end-sessions.ts";
import { getAdminRow } from "./list-admins.ts";
import { type AdminRow, INVITATION_SECONDS, type OneTimeLink } from "./model.ts";
import { lockOwners, requireAnOwner } from "./owner-lock.ts";
import { tellWayInByAnother } from "./tell-way-in-by-another.ts";

type Reset = {
  adminId: string;
  consoleUrl: string;
  /** By whoever holds the machine: the last way back for an owner who has lost all of theirs, and the last owner too. */
  isOnMachine: boolean;
};

const TOOK =
  "took away your password, passkeys, authenticator app and recovery codes, and ended your sessions.";

function tell(tx: Sql, ctx: Context, { id, provider }: AdminRow): Promise<void> {
  return tellWayInByAnother(tx, ctx, {
    adminIds: [id],
    what: "Your ways in were taken away, and you are given a new one",
    did:
      provider === null
        ? TOOK
        : "unlinked your account from whom it belonged to there, took away your passkeys, authenticator app and recovery codes, and ended your sessions.",
    means:
      provider === null
        ? "A one-time link was made with which a new password and authenticator app are set: whoever has it comes in as you. If you did not ask for it, or it was not you who was given it, tell an owner at once."
        : `Whoever signs in next by ${provider.name} under the address that you were invited under comes in as you. If you did not ask for it, tell an owner at once.`,
  });
}

/**
 * Takes an admin's password, factors, recovery codes and sessions and makes the link with which they are set anew, inside the caller's transaction, and tells them so. Recorded as
 * `admin.enrolment_reset`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a disabled admin or, but on the machine, the last owner.
 */
export async function resetEnrolment(
  tx: Sql,
  ctx: Context,
  { adminId, consoleUrl, isOnMachine }: Reset,
): Promise<OneTimeLink> {
  await lockOwners(tx);
  const admin = await getAdminRow(tx, { id: adminId, now: ctx.now });
  if (admin.state === "disabled")
    throw new DomainError("CONFLICT", "This admin is disabled. Enable them first.");
  if (admin.provider === null && !admin.isBreakGlass) await requireLocalOn(tx);
  await tell(tx, ctx, admin);
  await tx.query(
    "UPDATE admin SET password_hash = NULL, password_set_at = NULL, totp_wrapped = NULL WHERE id = $1::uuid",
    [adminId],
  );
  await tx.query("DELETE FROM passkey WHERE admin_id = $1::uuid", [adminId]);
  await tx.query("DELETE FROM recovery_code WHERE admin_id = $1::uuid", [adminId]);
  if (!isOnMachine) await requireAnOwner(tx);
  const reason = isOnMachine ? "enrolment_reset_on_machine" : "enrolment_reset";
  const sessions = await endSessions(tx, { adminId, now: ctx.now, reason });
  const invited = admin.provider === null ? null : await inviteAgain(tx, ctx, { consoleUrl, adminId });
  const link = invited ?? (await storeLink(tx, ctx, { consoleUrl, adminId, seconds: INVITATION_SECONDS }));
  await recordEntry(tx, ctx, {
    act: "admin.enrolment_reset",
    target: { kind: "admin", id: adminId, name: admin.email },
    after: {
      linkExpiresAt: link.expiresAt,
      endedSessions: sessions,
      ...(invited === null ? {} : { provider: admin.provider?.name, email: invited.email }),
    },
  });
  return { url: link.url, expiresAt: link.expiresAt };
}
