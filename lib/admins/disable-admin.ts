import { endOrphaned } from "../approvals/end-orphaned.ts";
import { isUponSelf, notUponSelf } from "../approvals/person.ts";
import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { endSessions } from "./end-sessions.ts";
import { getAdminRow } from "./list-admins.ts";
import type { AdminRow } from "./model.ts";
import { lockOwners, requireAnOwner } from "./owner-lock.ts";
import { tellWayInByAnother } from "./tell-way-in-by-another.ts";
import { withdrawInvitations } from "./withdraw-invitations.ts";

async function isOwner(db: Sql, adminId: string): Promise<boolean> {
  const rows = isUuid(adminId)
    ? await db.query("SELECT id FROM admin WHERE id = $1::uuid AND role = 'owner'", [adminId])
    : [];
  return rows.length > 0;
}

/**
 * Shuts an admin out at once: every session ends in the same transaction, and every invitation that they made and nobody has used; what waits in their name for a second person ends after it. They are told. Where four eyes is on, an owner is shut out by two. An API token that acts unattended does it by itself otherwise. Recorded as `admin.disabled`. Needs `admin:write`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED, CONFLICT for oneself, by an API token of one's own too, and for the last owner.
 */
export async function disableAdmin(ctx: Context, { adminId }: { adminId: string }): Promise<AdminRow> {
  requirePermission(ctx, "admin:write");
  // who needs a second person is told that first: who breaks the glass shows once who they are, for this very act
  if (await isOwner(ctx.db, adminId)) await requireApproval(ctx, "roles", { shutsOut: true });
  else await requireStepUp(ctx, "roles", { shutsOut: true });
  if (isUponSelf(ctx.actor, adminId))
    throw new DomainError("CONFLICT", notUponSelf(ctx.actor, "disable yourself"));
  const shutOut = await ctx.db.transaction(async (tx) => {
    await lockOwners(tx);
    const before = await getAdminRow(tx, { id: adminId, now: ctx.now });
    if (before.state === "disabled")
      throw new DomainError("ALREADY_ENDED", "This admin is disabled already.");
    // one owner alone does not end four eyes by ending the other, nor somebody who became one a moment ago
    if (before.role === "owner") await requireApproval({ ...ctx, db: tx }, "roles", { shutsOut: true });
    await tx.query("UPDATE admin SET disabled_at = $2::timestamptz WHERE id = $1::uuid", [adminId, ctx.now]);
    await requireAnOwner(tx);
    const sessions = await endSessions(tx, { adminId, now: ctx.now, reason: "admin_disabled" });
    const admin = await getAdminRow(tx, { id: adminId, now: ctx.now });
    await tellWayInByAnother(tx, ctx, {
      adminIds: [adminId],
      what: "Your account was disabled",
      did: "disabled it.",
      means:
        "Your sessions were ended, and you cannot sign in. If that is a mistake, ask an owner of this console.",
    });
    await recordEntry(tx, ctx, {
      act: "admin.disabled",
      target: { kind: "admin", id: adminId, name: admin.email },
      before: { state: before.state },
      after: { state: "disabled", endedSessions: sessions },
    });
    await withdrawInvitations(tx, ctx, {
      adminId,
      because: "inviter_disabled",
      noteOf: () => `made by ${admin.email}, who was disabled`,
    });
    return admin;
  });
  await endOrphaned(ctx);
  return shutOut;
}
