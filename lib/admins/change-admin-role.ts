import { endOrphaned } from "../approvals/end-orphaned.ts";
import { isUponSelf, notUponSelf } from "../approvals/person.ts";
import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import { ROLE_WORDS, type Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { endSessions } from "./end-sessions.ts";
import { getAdminRow } from "./list-admins.ts";
import type { AdminRow } from "./model.ts";
import { lockOwners, requireAnOwner } from "./owner-lock.ts";
import { tellWayInByAnother } from "./tell-way-in-by-another.ts";
import { withdrawOfRole } from "./withdraw-invitations.ts";

/**
 * Gives an admin another role; their sessions end, so that nothing goes on under the old one, invitations that they made and nobody has used end where they may invite nobody any more, and they are told. Recorded as `admin.role_changed`.
 * Needs `admin:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for oneself, by an API token of one's own too, the last owner, who comes in by a provider, or the role they have.
 */
export async function changeAdminRole(
  ctx: Context,
  { adminId, role }: { adminId: string; role: Role },
): Promise<AdminRow> {
  requirePermission(ctx, "admin:write");
  await requireApproval(ctx, "roles");
  if (isUponSelf(ctx.actor, adminId))
    throw new DomainError("CONFLICT", notUponSelf(ctx.actor, "change your own role"));
  const changed = await ctx.db.transaction(async (tx) => {
    await lockOwners(tx);
    const before = await getAdminRow(tx, { id: adminId, now: ctx.now });
    if (before.provider !== null)
      throw new DomainError(
        "CONFLICT",
        `Their role is what they are at ${before.provider.name}, at each sign-in. Change it there, or the provider's rules under Settings, Sign-in.`,
      );
    if (before.role === role) throw new DomainError("CONFLICT", "This admin has that role.");
    await tx.query(
      // break-glass is an owner's: who is none any more is not one again by being made owner later
      "UPDATE admin SET role = $2::text, is_break_glass = is_break_glass AND $2::text = 'owner' WHERE id = $1::uuid",
      [adminId, role],
    );
    await requireAnOwner(tx);
    const sessions = await endSessions(tx, { adminId, now: ctx.now, reason: "role_changed" });
    const admin = await getAdminRow(tx, { id: adminId, now: ctx.now });
    await tellWayInByAnother(tx, ctx, {
      adminIds: [adminId],
      what: `Your role is now ${ROLE_WORDS[role].name}`,
      did: `changed it from ${ROLE_WORDS[before.role].name}.`,
      means: `${before.isBreakGlass && !admin.isBreakGlass ? "You are no break-glass owner any more. " : ""}Your sessions were ended: sign in again to go on.`,
    });
    await recordEntry(tx, ctx, {
      act: "admin.role_changed",
      target: { kind: "admin", id: adminId, name: admin.email },
      before: { role: before.role },
      after: { role, endedSessions: sessions },
    });
    await withdrawOfRole(tx, ctx, { admin, role });
    return admin;
  });
  await endOrphaned(ctx);
  return changed;
}
