import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { countBegunSince } from "../order-plans/count-since.ts";
import { type ApprovalRecord, approvalRowOf, isOpen } from "./approval-row.ts";
import { whyNotDecideNow } from "./decider.ts";
import { lockOwnersFor } from "./lock-owners-for.ts";
import { type GuardStored, lookAgain } from "./look-again.ts";
import { mayAskAgain } from "./may-ask-again.ts";
import type { ApprovalCheck } from "./model.ts";
import { inOneTransaction } from "./one-transaction.ts";
import { readApproval, requireState } from "./read-approval.ts";
import { NotAsShown } from "./run-act.ts";
import { type RunStored, runForRequester } from "./run-for-requester.ts";
import { mayWithdraw } from "./withdraw.ts";

class LookedAt extends Error {}

/** As whom it would be let pass: who may decide, or who asked, who cannot tell by whom it will be. @throws {DomainError} FORBIDDEN */
async function approverOf(ctx: Context, record: ApprovalRecord): Promise<{ name: string; role: string }> {
  const { actor } = ctx;
  if (mayWithdraw(ctx, record)) return { name: actor.name, role: "owner" };
  const why = await whyNotDecideNow(ctx.db, ctx, record);
  if (why !== null || actor.kind !== "admin")
    throw new DomainError("FORBIDDEN", why ?? "Your role does not allow this.");
  return actor;
}

/** Why it would not be what was shown, were it done now: tried out, as who asked, and taken back. Null where it would. */
async function whyNotAsShown(
  ctx: Context,
  record: ApprovalRecord,
  runStored: RunStored,
): Promise<NotAsShown | null> {
  const approver = await approverOf(ctx, record);
  const end = new LookedAt();
  try {
    return await inOneTransaction(ctx, record.kinds, async (inner, tx) => {
      await lockOwnersFor(tx, record);
      await runForRequester(inner, tx, record, approver, runStored);
      throw end;
    });
  } catch (error) {
    if (error === end) return null;
    if (error instanceof NotAsShown) return error;
    throw error;
  }
}

function sinceWords(count: number | null): string[] {
  if (count === null || count === 0) return [];
  const began = count === 1 ? "1 live token" : `${count.toLocaleString("en")} live tokens`;
  return [
    `${began} of the same target began since it was planned and ${count === 1 ? "is" : "are"} no part of it.`,
  ];
}

/**
 * Looks whether what waits would still do exactly what it was shown to do, before anybody approves it, and for who asked whether asking again would come to anything. Nothing is done and nothing
 * ends by it. For who may decide on it and who asked. Needs `approval:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, GONE for a lapsed one and ALREADY_ENDED for one that is over, unless it may be asked for again, CONFLICT where what was asked for holds a secret and is
 *   not kept.
 */
export async function checkApproval(
  ctx: Context,
  { id }: { id: string },
  { runStored, guardStored }: { runStored: RunStored; guardStored: GuardStored },
): Promise<ApprovalCheck> {
  requirePermission(ctx, "approval:read");
  const record = await readApproval(ctx.db, id);
  const at = ctx.now.toISOString();
  const mayAsk = mayAskAgain(ctx, record);
  if (!isOpen(record, ctx.now) && mayAsk) {
    const { changed } = record;
    const endCause = approvalRowOf(record, ctx.now).endCause;
    const again = await lookAgain(ctx, record, guardStored);
    return { at, isStale: record.state === "stale", endCause, changed, says: [], again };
  }
  requireState(record, ["pending", "approved"], ctx.now);
  if (record.request === null)
    throw new DomainError(
      "CONFLICT",
      "What was asked for holds a secret and is not kept: whether it would still be the same shows when it is done.",
    );
  const why = await whyNotAsShown(ctx, record, runStored);
  if (why !== null) {
    const again = mayAsk ? await lookAgain(ctx, record, guardStored) : null;
    return { at, isStale: true, endCause: why.endCause, changed: why.changed, says: [], again };
  }
  const since = record.planKind === "order" && record.planId !== null ? record.planId : null;
  const says = since === null ? [] : sinceWords(await countBegunSince(ctx, since));
  return { at, isStale: false, endCause: null, changed: [], says, again: null };
}
