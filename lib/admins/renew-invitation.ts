import { requireApproval } from "../approvals/require-approval.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getEnv } from "../env.ts";
import type { OneTimeLink } from "./model.ts";
import { resetEnrolment } from "./reset-enrolment.ts";

/**
 * A new one-time link for an admin who never used theirs or lost their second factor: password, factors and recovery codes are taken away, every
 * session ends, earlier links stop working. Who comes in by a provider is linked anew by the next sign-in under the address that they were invited under. They are told, and who did it.
 * Recorded as `admin.enrolment_reset`. Needs `admin:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a disabled admin or the last owner.
 */
export async function renewInvitation(
  ctx: Context,
  { adminId }: { adminId: string },
  consoleUrl: string = getEnv().consoleUrl,
): Promise<OneTimeLink> {
  requirePermission(ctx, "admin:write");
  await requireApproval(ctx, "roles");
  return ctx.db.transaction((tx) => resetEnrolment(tx, ctx, { adminId, consoleUrl, isOnMachine: false }));
}
