import { lockOwners } from "../admins/owner-lock.ts";
import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { auditedProvider, endProviderSessions, lockProvider, providerTarget } from "./provider-record.ts";
import { tellProviderSwitched } from "./tell-shut-out.ts";

/**
 * Removes a provider that is disabled, with the links of its people: an admin who came in by it alone comes in no more until an owner gives them another way, and is told so. What it is about
 * stays on record, as `sign_in_provider.removed`. Needs `sign-in:write`.
 *
 * @throws {StepUpRequired} sign-in
 * @throws {ApprovalRequired} where the organisation wants four eyes
 * @throws {DomainError} NOT_FOUND, CONFLICT while it is enabled.
 */
export async function removeProvider(
  ctx: Context,
  { providerId }: { providerId: string },
): Promise<{ removed: true }> {
  requirePermission(ctx, "sign-in:write");
  await requireApproval(ctx, "sign-in");
  return ctx.db.transaction(async (tx) => {
    // before the provider, as whoever comes in by it, or shuts one of its people out
    await lockOwners(tx);
    const before = await lockProvider(tx, { id: providerId, now: ctx.now });
    if (before.state === "enabled")
      throw new DomainError("CONFLICT", "Disable the provider first, and see that nobody misses it.");
    await endProviderSessions(tx, { providerId: before.id, now: ctx.now, reason: "provider_removed" });
    await tellProviderSwitched(tx, ctx, { provider: before, became: "removed" });
    await tx.query("DELETE FROM sign_in_provider WHERE id = $1::uuid", [before.id]);
    await recordEntry(tx, ctx, {
      act: "sign_in_provider.removed",
      target: providerTarget(before),
      before: { ...auditedProvider(before), linkedAdmins: before.admins, invitedAdmins: before.invited },
    });
    return { removed: true };
  });
}
