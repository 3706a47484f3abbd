import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { type ApprovalRecord, approvalRowOf, isOpen } from "./approval-row.ts";
import { whyNotDecideNow } from "./decider.ts";
import { whatItTakes } from "./for-you.ts";
import { whyNotPlanned } from "./look-again.ts";
import { mayAskAgain } from "./may-ask-again.ts";
import type { ApprovalDetail, Shown } from "./model.ts";
import { readApproval } from "./read-approval.ts";
import { whyOrphaned } from "./requester.ts";
import { mayReview } from "./review-break-glass.ts";
import { whoReceives } from "./who-receives.ts";
import { mayWithdraw } from "./withdraw.ts";

/** Field by field: what the rest is compared by says nothing to anybody. */
function shownDetail({ sentences, plan, acts, actCount, counts = [] }: Shown): ApprovalDetail["shown"] {
  return { sentences, plan, acts, actCount, counts };
}

async function whyCannotBeDone(ctx: Context, record: ApprovalRecord): Promise<string | null> {
  const gone = await whyOrphaned(ctx.db, record, ctx.now);
  return gone === null ? null : `${gone} What they asked for cannot be done.`;
}

/** What can be told of asking again without trying it out; looking again tells the rest. */
async function isPlannedAgain(ctx: Context, record: ApprovalRecord): Promise<boolean> {
  try {
    return (await whyNotPlanned(ctx, record)) === null;
  } catch (error) {
    // its plan or what it was upon is there no more
    if (error instanceof DomainError && error.code !== "UNAVAILABLE") return false;
    throw error;
  }
}

/** One act that wants a second person, with exactly what it would do, and what the asker may do with it. Needs `approval:read`. @throws {DomainError} NOT_FOUND */
export async function getApproval(ctx: Context, { id }: { id: string }): Promise<ApprovalDetail> {
  requirePermission(ctx, "approval:read");
  const record = await readApproval(ctx.db, id);
  const open = isOpen(record, ctx.now);
  const isPending = open && record.state === "pending";
  const whyNot = isPending
    ? ((await whyNotDecideNow(ctx.db, ctx, record)) ?? (await whyCannotBeDone(ctx, record)))
    : null;
  const isOwn = ctx.actor.kind === record.actorKind && ctx.actor.id === record.actorId;
  return {
    ...approvalRowOf(record, ctx.now),
    method: record.method,
    path: record.path,
    shown: shownDetail(record.shown),
    permissions: record.permissions,
    isKept: record.request !== null,
    may: {
      decide: isPending && whyNot === null,
      withdraw: open && mayWithdraw(ctx, record),
      run: open && record.state === "approved" && isOwn,
      check: open
        ? record.request !== null && (mayWithdraw(ctx, record) || (isPending && whyNot === null))
        : mayAskAgain(ctx, record),
      askAgain: mayAskAgain(ctx, record) && (await isPlannedAgain(ctx, record)),
      review:
        record.way === "break_glass" && record.reviewedAt === null && (await mayReview(ctx.db, ctx, record)),
    },
    whyNot,
    receives: open ? await whoReceives(ctx.db, record) : null,
    forYou: open && whyNot === null ? await whatItTakes(ctx, record.shown.acts) : [],
  };
}
