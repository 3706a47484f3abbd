import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { requireFreshProof, spendFreshProof } from "../step-up/fresh-proof.ts";
import { type ApprovalRecord, approvalTarget, type StoredRequest } from "./approval-row.ts";
import { getDeciderRole } from "./decider.ts";
import { lockOwnersFor } from "./lock-owners-for.ts";
import { inOneTransaction } from "./one-transaction.ts";
import { newPass } from "./pass.ts";
import { proofSubject } from "./proof-subject.ts";
import { readApproval, requireState } from "./read-approval.ts";
import { endAsStale, NotAsShown, runAsShown } from "./run-act.ts";
import { tellOfApproval } from "./tell.ts";

function requireOwn({ actor }: Pick<Context, "actor">, record: ApprovalRecord): void {
  if (actor.kind !== record.actorKind || actor.id !== record.actorId) throw notFound("The approval");
}

/**
 * Does what was approved for the asker, once, while who approved it still may, and answers what the act answers: it may hold a secret and is kept nowhere. A person shows who they are for it, once. Recorded as `approval.used`, and each act with the approval.
 *
 * @throws {StepUpRequired} of a person, for this very act
 * @throws {DomainError} NOT_FOUND for another's, GONE, ALREADY_ENDED, APPROVAL_STALE with what changed, and whatever the act refuses.
 */
export async function runApproved<T>(
  ctx: Context,
  { id }: { id: string },
  act: (ctx: Context, asked: { method: string; path: string; request: StoredRequest }) => Promise<T>,
): Promise<T> {
  const seen = await readApproval(ctx.db, id);
  requireOwn(ctx, seen);
  requireState(seen, ["approved"], ctx.now);
  // a program is nobody whom one could ask
  const proof = ctx.actor.kind === "admin" ? proofSubject({ act: "do what was approved", id }) : null;
  if (proof !== null) await requireFreshProof(ctx.db, ctx, proof);
  try {
    return await inOneTransaction(ctx, seen.kinds, async (inner, tx) => {
      const record = await readApproval(tx, id, true);
      requireState(record, ["approved"], ctx.now);
      if (proof !== null) await spendFreshProof(tx, inner, proof);
      const approval = { id, way: "asked", approvedBy: record.decidedBy } as const;
      const pass = newPass({
        isTrial: false,
        skipsStepUp: proof !== null,
        isAnswered: true,
        approval,
        askedAt: record.createdAt,
        shownRows: record.shown.rows ?? null,
      });
      await lockOwnersFor(tx, record);
      const role = await getDeciderRole(tx, record);
      if (role === null)
        throw new NotAsShown(
          [`${record.decidedBy}, who approved it, is shut out by now, or may not do it themselves any more.`],
          { endCause: "approver" },
        );
      const result = await runAsShown({ ...inner, pass }, record, role, (own) =>
        act(own, { ...record, request: record.request as StoredRequest }),
      );
      await tx.query(
        "UPDATE approval SET state = 'done', ended_at = $2::timestamptz, request = NULL WHERE id = $1::uuid",
        [id, ctx.now],
      );
      await tellOfApproval(tx, ctx, record, { what: "done" });
      await recordEntry(tx, ctx, { act: "approval.used", target: approvalTarget(record) });
      return result;
    });
  } catch (error) {
    if (error instanceof NotAsShown) throw await endAsStale(ctx, seen, error);
    throw error;
  }
}
