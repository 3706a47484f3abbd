import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { previewAgain } from "../lifetimes/preview-again.ts";
import { whyNotPlannedAgain } from "../order-plans/plan-again.ts";
import type { ApprovalRecord, StoredRequest } from "./approval-row.ts";
import type { GuardedRequest } from "./ask-approval.ts";
import type { ApprovalCheck } from "./model.ts";
import { doesNothing, NOTHING_LEFT } from "./nothing-left.ts";
import { carriedPlan, uponWhatIsThere, withoutShortening } from "./request-of-now.ts";
import { whyOrphaned } from "./requester.ts";
import { tryOut } from "./try-out.ts";

/** The request as its route declares it, to be done as who asks. */
export type GuardStored = (
  ctx: Context,
  asked: { method: string; path: string; request: StoredRequest },
) => Promise<GuardedRequest>;

/** What can be told without trying it out: whether who asked may do it themselves, and whether their order can be planned anew and has something to do. Null where nothing stands in the way. */
export async function whyNotPlanned(ctx: Context, record: ApprovalRecord): Promise<string | null> {
  const gone = await whyOrphaned(ctx.db, record, ctx.now);
  if (gone !== null || record.request === null) return gone;
  const carried = carriedPlan(record, record.request);
  return carried?.kind === "order" ? whyNotPlannedAgain(ctx, carried.id) : null;
}

/** Tries it out upon what is there now, and takes it back: nobody is asked who they are. */
async function whyNotTriedOut(
  ctx: Context,
  record: ApprovalRecord,
  request: StoredRequest,
  guardStored: GuardStored,
): Promise<string | null> {
  const { method, path, kinds } = record;
  const pass = await uponWhatIsThere(request, async (now) => {
    const { act } = await guardStored(ctx, { method, path, request: now });
    return tryOut(ctx, kinds[0] ?? "policy", act, { skipsStepUp: true });
  });
  return doesNothing(pass) ? NOTHING_LEFT : null;
}

async function whyNotAgain(
  ctx: Context,
  record: ApprovalRecord,
  guardStored: GuardStored,
): Promise<string | null> {
  const why = await whyNotPlanned(ctx, record);
  if (why !== null || record.request === null) return why;
  const carried = carriedPlan(record, record.request);
  if (carried === null) return whyNotTriedOut(ctx, record, record.request, guardStored);
  // what is planned is not frozen for a look: whom it reaches says that there is something to do
  if (carried.kind === "order") return null;
  const { access, refresh } = await previewAgain(ctx, carried.id, { shorten: false });
  return access + refresh > 0
    ? null
    : whyNotTriedOut(ctx, record, withoutShortening(record.request), guardStored);
}

/** Whether asking again would come to anything, and why not. Of what its own may ask again: authorise before. */
export async function lookAgain(
  ctx: Context,
  record: ApprovalRecord,
  guardStored: GuardStored,
): Promise<NonNullable<ApprovalCheck["again"]>> {
  try {
    const why = await whyNotAgain(ctx, record, guardStored);
    return { isPossible: why === null, why };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === "UNAVAILABLE") throw error;
    return { isPossible: false, why: error.message };
  }
}
