import { requirePermission } from "../authz/require-permission.ts";
import type { Permission } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { requireFreshProof } from "../step-up/fresh-proof.ts";
import { askForApproval } from "./ask-approval.ts";
import type { GuardStored } from "./look-again.ts";
import { isForAgain, mayAskAgain } from "./may-ask-again.ts";
import type { ApprovalRow } from "./model.ts";
import { proofSubject } from "./proof-subject.ts";
import { alreadyOver, readApproval } from "./read-approval.ts";
import { requestOfNow, uponWhatIsThere } from "./request-of-now.ts";

/**
 * Asks once more for what one asked for, with the same reason: it is planned and tried out anew, upon what is there by now, and stands in the place of the one before, which is withdrawn where it still waited.
 * Needs what the act needs. Recorded as `approval.requested`, and `approval.withdrawn` of the one before.
 *
 * @throws {StepUpRequired} for this very act
 * @throws {DomainError} NOT_FOUND, FORBIDDEN for another's, CONFLICT for what is not kept, ALREADY_ENDED for what was done, declined or taken back and where nothing is left to do, and whatever the act refuses.
 */
export async function askAgain(
  ctx: Context,
  { id }: { id: string },
  guardStored: GuardStored,
): Promise<ApprovalRow> {
  requirePermission(ctx, "approval:read");
  const record = await readApproval(ctx.db, id);
  const isOwn = ctx.actor.kind === record.actorKind && ctx.actor.id === record.actorId;
  if (!isOwn) throw new DomainError("FORBIDDEN", "Only who asked asks again.");
  const { method, path, request } = record;
  if (!isForAgain(record, ctx.now)) throw alreadyOver(record, ctx.now);
  if (!mayAskAgain(ctx, record) || request === null)
    throw new DomainError("CONFLICT", "It cannot be asked again from here: ask from where you asked.");
  for (const permission of record.permissions) requirePermission(ctx, permission as Permission);
  // before anything is planned anew for it
  if (ctx.actor.kind === "admin")
    await requireFreshProof(ctx.db, ctx, proofSubject({ act: "ask again", id }));
  const [kind = "policy"] = record.kinds;
  return uponWhatIsThere(await requestOfNow(ctx, record, request), async (now) =>
    askForApproval(ctx, await guardStored(ctx, { method, path, request: now }), {
      kind,
      reason: record.reason,
      insteadOf: id,
    }),
  );
}
