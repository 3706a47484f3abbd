import { recordEntry } from "../audit/record-entry.ts";
import { requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { readWays } from "../notifications/former-ways.ts";
import type { DescribedPlan } from "../order-plans/describe-plan.ts";
import { requireFreshProof, spendFreshProof } from "../step-up/fresh-proof.ts";
import { approvalTarget } from "./approval-row.ts";
import { type GuardedRequest, insertApproval, kindsInWords } from "./ask-approval.ts";
import type { GuardedKind } from "./model.ts";
import { inOneTransaction } from "./one-transaction.ts";
import { readOwners } from "./owners-before.ts";
import { newPass, type ReachedTarget } from "./pass.ts";
import { proofSubject } from "./proof-subject.ts";
import { describedOf, shownOf, summaryOf } from "./shown.ts";
import { readAlarmed, tellOfApproval } from "./tell.ts";

/**
 * Does at once what wants a second person, in an emergency: owners alone may, with a reason and a proof of who is there for this very act. Every other owner is alarmed in the same
 * transaction, also whom the act itself shuts out or makes something else, and also by the mail server and the webhook that the act itself changes, and it stays to be reviewed until one of them has. Recorded as `approval.glass_broken`, and each act with it.
 *
 * @throws {StepUpRequired} with what tells this request from others as its subject
 * @throws {DomainError} FORBIDDEN for who is no owner and for API tokens, and whatever the act refuses.
 */
export async function breakGlass<T>(
  ctx: Context,
  guarded: Omit<GuardedRequest, "act"> & { act: (ctx: Context) => Promise<T> },
  { kind, reason, reach = null }: { kind: GuardedKind; reason: string; reach?: ReachedTarget | null },
): Promise<T> {
  const actor = ctx.actor.kind === "admin" ? requireAdmin(ctx) : null;
  if (actor?.role !== "owner")
    throw new DomainError("FORBIDDEN", "An owner alone, in person, does it without a second person.");
  const subject = proofSubject({ act: "break glass", digest: guarded.digest });
  await requireFreshProof(ctx.db, ctx, subject);
  const id = uuidv7(ctx.now);
  // an order without a plan is described by one that is made before everything else: it takes a connection of its own
  const before = { plan: null, reach };
  const foretold = await describedOf(ctx, before);
  return inOneTransaction(ctx, [kind], async (inner, tx) => {
    await spendFreshProof(tx, ctx, subject);
    // who is an owner now: the act may be against one of them
    const alarmed = await readAlarmed(tx, actor.id, ctx.now);
    const ownersBefore = await readOwners(tx);
    // and how they are told now: the act may be against that
    const ways = await readWays(tx);
    const approval = { id, way: "break_glass", approvedBy: null } as const;
    const pass = newPass({ isTrial: false, skipsStepUp: true, isAnswered: true, approval });
    pass.kinds.add(kind);
    pass.plan = before.plan;
    // described before the act: the plan's words take long, and the act holds the heads of feed and log until the end
    let described: DescribedPlan | null = foretold;
    pass.onPlan = async () => {
      described = await describedOf(inner, pass);
    };
    const result = await guarded.act({ ...inner, pass });
    const shown = shownOf(described, pass, inner.now);
    const summary = summaryOf(guarded.summary, shown, described, pass.title);
    const named = { ...guarded, summary };
    await insertApproval(tx, ctx, {
      id,
      way: "break_glass",
      guarded: named,
      pass,
      shown,
      reason,
      person: actor.id,
      ownersBefore,
    });
    const told = { id, summary, reason, personId: actor.id, actorKind: actor.kind, actorName: actor.name };
    await tellOfApproval(tx, ctx, told, { what: "broke_glass", alarmed, ways });
    await recordEntry(tx, ctx, {
      act: "approval.glass_broken",
      target: approvalTarget({ id, summary }),
      note: reason,
      after: { why: kindsInWords(pass.kinds) },
    });
    return result;
  });
}
