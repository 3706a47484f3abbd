import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getEnv } from "../env.ts";
import { DomainError } from "../errors.ts";
import { inviteAgain } from "../sign-in-providers/invite-for-provider.ts";
import { requireLocalOn } from "../sign-in-providers/local-sign-in.ts";
import { storeLink } from "./create-setup-link.ts";
import { endSessions } from "./end-sessions.ts";
import { getAdminRow } from "./list-admins.ts";
import { INVITATION_SECONDS, type OneTimeLink } from "./model.ts";
import { lockOwners, requireAnOwner } from "./owner-lock.ts";

/**
 * A new one-time link for an admin who never used theirs or lost their second factor: password, factors and recovery codes are taken away, every
 * session ends, earlier links stop working. Who comes in by a provider is linked anew by the next sign-in under the address that they were invited under. Recorded as `admin.enrolment_reset`. Needs `admin:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a disabled admin or, but on the machine, the last owner.
 */
export async function renewInvitation(
  ctx: Context,
  { adminId }: { adminId: string },
  consoleUrl: string = getEnv().consoleUrl,
): Promise<OneTimeLink> {
  requirePermission(ctx, "admin:write");
  await requireApproval(ctx, "roles");
  return ctx.db.transaction(async (tx) => {
    await lockOwners(tx);
    const admin = await getAdminRow(tx, { id: adminId, now: ctx.now });
    if (admin.state === "disabled")
      throw new DomainError("CONFLICT", "This admin is disabled. Enable them first.");
    if (admin.provider === null && !admin.isBreakGlass) await requireLocalOn(tx);
    await tx.query(
      "UPDATE admin SET password_hash = NULL, password_set_at = NULL, totp_wrapped = NULL WHERE id = $1::uuid",
      [adminId],
    );
    await tx.query("DELETE FROM passkey WHERE admin_id = $1::uuid", [adminId]);
    await tx.query("DELETE FROM recovery_code WHERE admin_id = $1::uuid", [adminId]);
    // whoever holds the machine is the last way back for an owner who has lost all of theirs
    if (ctx.actor.kind !== "system") await requireAnOwner(tx);
    const sessions = await endSessions(tx, { adminId, now: ctx.now, reason: "enrolment_reset" });
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
  });
}
