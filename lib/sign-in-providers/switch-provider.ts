import { lockOwners } from "../admins/owner-lock.ts";
import { endOrphaned } from "../approvals/end-orphaned.ts";
import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import type { SignInProviderRow } from "./model.ts";
import { endProviderSessions, lockProvider, providerTarget, readProvider } from "./provider-record.ts";
import { tellProviderSwitched } from "./tell-shut-out.ts";

/**
 * Stops sign-in by a provider, or lets it go on. Stopped, the sessions that it opened end in the same transaction: the next request of each is refused, in every process. Its people are told.
 * Recorded as `sign_in_provider.disabled` and `sign_in_provider.enabled`. Needs `sign-in:write`.
 *
 * @throws {StepUpRequired} sign-in
 * @throws {ApprovalRequired} to let it go on, where the organisation wants four eyes
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED, CONFLICT
 */
export async function switchProvider(
  ctx: Context,
  { providerId, isDisabled }: { providerId: string; isDisabled: boolean },
): Promise<SignInProviderRow> {
  requirePermission(ctx, "sign-in:write");
  // to shut somebody out never waits, of an API token that acts unattended neither
  if (isDisabled) await requireStepUp(ctx, "sign-in", { shutsOut: true });
  else await requireApproval(ctx, "sign-in");
  const switched = await ctx.db.transaction(async (tx) => {
    // before the provider, as whoever comes in by it, or shuts one of its people out
    await lockOwners(tx);
    const before = await lockProvider(tx, { id: providerId, now: ctx.now });
    if (isDisabled && before.state === "disabled")
      throw new DomainError("ALREADY_ENDED", "This provider is disabled already.");
    if (!isDisabled && before.state === "enabled")
      throw new DomainError("CONFLICT", "This provider is not disabled.");
    await tx.query(
      "UPDATE sign_in_provider SET disabled_at = $2::timestamptz, updated_at = $3::timestamptz WHERE id = $1::uuid",
      [before.id, isDisabled ? ctx.now : null, ctx.now],
    );
    const endedSessions = isDisabled
      ? await endProviderSessions(tx, { providerId: before.id, now: ctx.now, reason: "provider_disabled" })
      : 0;
    const provider = await readProvider(tx, { id: before.id, now: ctx.now });
    await tellProviderSwitched(tx, ctx, { provider, became: provider.state });
    await recordEntry(tx, ctx, {
      act: isDisabled ? "sign_in_provider.disabled" : "sign_in_provider.enabled",
      target: providerTarget(provider),
      before: { state: before.state },
      after: { state: provider.state, ...(isDisabled ? { endedSessions } : {}) },
    });
    return provider;
  });
  if (isDisabled) await endOrphaned(ctx);
  return switched;
}
