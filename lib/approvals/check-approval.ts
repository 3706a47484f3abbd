import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { countBegunSince } from "../order-plans/count-since.ts";
import type { ApprovalRecord } from "./approval-row.ts";
import { whyNotDecideNow } from "./decider.ts";
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

/** What would be otherwise than it was shown, were it done now: tried out, as who asked, and taken back. */
async function changedSince(ctx: Context, record: ApprovalRecord, runStored: RunStored): Promise<string[]> {
  const approver = await approverOf(ctx, record);
  const end = new LookedAt();
  try {
    return await inOneTransaction(ctx, record.kinds, async (inner, tx) => {
      await runForRequester(inner, tx, record, approver, runStored);
      throw end;
    });
  } catch (error) {
    if (error === end) return [];
    if (error instanceof NotAsShown) return error.changed;
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
 * Looks whether what waits would still do exactly what it was shown to do, before anybody approves it. Nothing is done and nothing ends by it. For who may decide on it and who asked.
 * Needs `approval:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, GONE for a lapsed one, ALREADY_ENDED for one that is over, CONFLICT where what was asked for holds a secret and is not kept.
 */
export async function checkApproval(
  ctx: Context,
  { id }: { id: string },
  runStored: RunStored,
): Promise<ApprovalCheck> {
  requirePermission(ctx, "approval:read");
  const record = await readApproval(ctx.db, id);
  requireState(record, ["pending", "approved"], ctx.now);
  if (record.request === null)
    throw new DomainError(
      "CONFLICT",
      "What was asked for holds a secret and is not kept: whether it would still be the same shows when it is done.",
    );
  const changed = await changedSince(ctx, record, runStored);
  const since = record.planKind === "order" && record.planId !== null ? record.planId : null;
  return {
    at: ctx.now.toISOString(),
    isStale: changed.length > 0,
    changed,
    says: since === null || changed.length > 0 ? [] : sinceWords(await countBegunSince(ctx, since)),
  };
}
