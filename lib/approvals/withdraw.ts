import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { ApprovalRecord } from "./approval-row.ts";
import { getApproval } from "./get-approval.ts";
import type { ApprovalDetail } from "./model.ts";
import { readApproval, requireState } from "./read-approval.ts";
import { takeBack } from "./take-back.ts";

/** Who asked, and whom an API token that asked counts as. */
export function mayWithdraw(
  { actor }: Pick<Context, "actor">,
  record: Pick<ApprovalRecord, "actorKind" | "actorId" | "personId">,
): boolean {
  if (actor.kind === record.actorKind && actor.id === record.actorId) return true;
  return actor.kind === "admin" && actor.id === record.personId;
}

/**
 * Takes back what one asked for oneself, approved or not, as long as it is not done. Recorded as `approval.withdrawn`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN for another's, GONE, ALREADY_ENDED
 */
export async function withdraw(ctx: Context, { id }: { id: string }): Promise<ApprovalDetail> {
  await ctx.db.transaction(async (tx) => {
    const record = await readApproval(tx, id, true);
    if (!mayWithdraw(ctx, record))
      throw new DomainError("FORBIDDEN", "Only who asked takes it back. Decline it instead.");
    requireState(record, ["pending", "approved"], ctx.now);
    await takeBack(tx, ctx, record);
  });
  return getApproval(ctx, { id });
}
