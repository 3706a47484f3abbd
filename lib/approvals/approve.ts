import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import type { Transaction } from "../db/database.ts";
import { requireFreshProof, spendFreshProof } from "../step-up/fresh-proof.ts";
import { approvalTarget } from "./approval-row.ts";
import { requireDecider, requireDeciderNow } from "./decider.ts";
import { getApproval } from "./get-approval.ts";
import { lockOwnersFor } from "./lock-owners-for.ts";
import type { ApprovalDetail } from "./model.ts";
import { inOneTransaction } from "./one-transaction.ts";
import { readApproval, requireState } from "./read-approval.ts";
import { whyOrphaned } from "./requester.ts";
import { endAsStale, NotAsShown } from "./run-act.ts";
import { type RunStored, runForRequester } from "./run-for-requester.ts";
import { tellOfApproval } from "./tell.ts";

async function decide(
  inner: Context,
  tx: Transaction,
  { id, note }: { id: string; note: string },
  runStored: RunStored,
): Promise<void> {
  const record = await readApproval(tx, id, true);
  requireState(record, ["pending"], inner.now);
  await lockOwnersFor(tx, record);
  const approver = await requireDeciderNow(tx, inner, record);
  await spendFreshProof(tx, inner, id);
  const isRun = record.runBy === "approver";
  if (isRun) await runForRequester(inner, tx, record, approver, runStored);
  await tx.query(
    `UPDATE approval SET state = $2::text, decided_at = $3::timestamptz, decided_by_id = $4::uuid, decided_by_name = $5::text, note = $6::text,
       ended_at = CASE WHEN $2::text = 'done' THEN $3::timestamptz END,
       request = CASE WHEN $2::text = 'done' THEN NULL ELSE request END WHERE id = $1::uuid`,
    [id, isRun ? "done" : "approved", inner.now, approver.id, approver.name, note],
  );
  await tellOfApproval(tx, inner, record, { what: isRun ? "done" : "approved" });
  await recordEntry(tx, inner, {
    act: "approval.approved",
    target: approvalTarget(record),
    note: note === "" ? undefined : note,
    before: { state: "pending" },
    after: { state: isRun ? "done" : "approved", requestedBy: record.actorName },
  });
}

/**
 * Approves what another person asked for. It is done with the approval, as who asked, in one transaction: once, and exactly as it was shown, or it is refused and the approval ends. What
 * answers a secret is left to who asked, to be done once before it lapses. Needs `approval:decide`, every permission that the act needs, and a proof of who is there for this very
 * approval. Recorded as `approval.approved`, and each act with the approval.
 *
 * @throws {StepUpRequired} with the approval's id as its subject
 * @throws {DomainError} NOT_FOUND, FORBIDDEN for one's own, for an API token and for who may not do it themselves, GONE for a lapsed one, ALREADY_ENDED for a decided one, APPROVAL_STALE
 *   with what changed.
 */
export async function approve(
  ctx: Context,
  input: { id: string; note: string },
  runStored: RunStored,
): Promise<ApprovalDetail> {
  const record = await readApproval(ctx.db, input.id);
  requireDecider(ctx, record);
  requireState(record, ["pending"], ctx.now);
  // what cannot be done any more costs nobody a proof
  const why = await whyOrphaned(ctx.db, record, ctx.now);
  if (why !== null) throw await endAsStale(ctx, record, new NotAsShown([why], { endCause: "asker" }));
  await requireFreshProof(ctx.db, ctx, input.id);
  try {
    await inOneTransaction(ctx, record.kinds, (inner, tx) => decide(inner, tx, input, runStored));
  } catch (error) {
    if (error instanceof NotAsShown) throw await endAsStale(ctx, record, error);
    throw error;
  }
  return getApproval(ctx, input);
}
