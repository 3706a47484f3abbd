import { isUponSelf, notUponSelf } from "../approvals/person.ts";
import { requireApproval } from "../approvals/require-approval.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getEnv } from "../env.ts";
import { DomainError } from "../errors.ts";
import type { OneTimeLink } from "./model.ts";
import { resetEnrolment } from "./reset-enrolment.ts";

/**
 * A new one-time link for an admin who never used theirs or lost their second factor: password, factors and recovery codes are taken away, every
 * session ends, earlier links stop working. Who comes in by a provider is linked anew by the next sign-in under the address that they were invited under. They are told, and who did it.
 * Recorded as `admin.enrolment_reset`. Needs `admin:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for oneself, by an API token of one's own too, a disabled admin and the last owner.
 */
export async function renewInvitation(
  ctx: Context,
  { adminId }: { adminId: string },
  consoleUrl: string = getEnv().consoleUrl,
): Promise<OneTimeLink> {
  requirePermission(ctx, "admin:write");
  await requireApproval(ctx, "roles");
  if (isUponSelf(ctx.actor, adminId))
    throw new DomainError("CONFLICT", notUponSelf(ctx.actor, "make a new link for yourself"));
  return ctx.db.transaction((tx) => resetEnrolment(tx, ctx, { adminId, consoleUrl, isOnMachine: false }));
}
