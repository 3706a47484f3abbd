import { recordEntry } from "../audit/record-entry.ts";
import { roleHas } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { DomainError, type ErrorCode } from "../errors.ts";
import { StepUpRequired } from "../step-up/require-step-up.ts";
import { type ApprovalRecord, approvalTarget } from "./approval-row.ts";
import { allDifferencesOf } from "./differences.ts";
import type { EndCause } from "./model.ts";
import type { Pass } from "./pass.ts";
import { actsOf } from "./shown.ts";
import { tellOfApproval } from "./tell.ts";

/** The act was not done as it was shown: it ends its approval. */
export class NotAsShown extends Error {
  readonly changed: string[];
  /** Why: it would be another one, or who asked or approved may not any more. */
  readonly endCause: EndCause;
  constructor(
    changed: string[],
    { endCause = "changed", cause }: { endCause?: EndCause; cause?: unknown } = {},
  ) {
    super("not as shown", { cause });
    this.changed = changed;
    this.endCause = endCause;
  }
}

/** What an act refuses because something is otherwise than it was; the rest may pass by itself. */
const OVER: ReadonlySet<ErrorCode> = new Set([
  "INVALID_INPUT",
  "FORBIDDEN",
  "NOT_FOUND",
  "CONFLICT",
  "STALE_VERSION",
  "ALREADY_ENDED",
  "PLAN_CHANGED",
  "GONE",
]);

/** Of a version that moved its sentence says who changed what; what to do about it is another thing here than in a form. */
function wordsOf({ code, message, fields }: DomainError): string[] {
  if (code === "STALE_VERSION")
    return [
      message
        .replace("since you opened it", "since it was asked for")
        .replace(/ (Load|Look at) it again.*$/, ""),
    ];
  return [message, ...fields.slice(0, 20).map(({ path, message: what }) => `${path}: ${what}`)];
}

/** Runs an act inside of a transaction that is rolled back where it is not the one that was shown. @throws {NotAsShown} */
export async function runAsShown<T>(
  ctx: Context & { pass: Pass },
  record: ApprovalRecord,
  approverRole: string,
  act: (ctx: Context) => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    result = await act(ctx);
  } catch (error) {
    if (error instanceof DomainError && !(error instanceof StepUpRequired) && OVER.has(error.code))
      throw new NotAsShown(wordsOf(error), { cause: error });
    throw error;
  }
  const times = { shownAt: record.createdAt, doneAt: ctx.now };
  const changed = allDifferencesOf(record.shown, actsOf(ctx.pass, ctx.now), times);
  const more = [...ctx.pass.permissions].filter((one) => !record.permissions.includes(one));
  if (more.some((one) => !roleHas(approverRole, one)))
    changed.push("It would now take a permission that who approves does not hold.");
  if (changed.length > 0) throw new NotAsShown(changed);
  return result;
}

/** What the refusal says of each cause; who is gone stands in its fields. */
const REFUSAL: Record<EndCause, string> = {
  changed:
    "It would now do something else than what was asked for, so nothing was done. Whoever asked has to ask again.",
  asker: "Who asked for it may not do it any more, so nothing was done, and it has ended.",
  approver:
    "Who approved it may not decide on it any more, so nothing was done. Whoever asked has to ask again.",
};

/** The same in the log, in a few words that name nobody: they stay when a person is erased. */
const REASON: Record<EndCause, string> = {
  changed: "It would do something else by now",
  asker: "Who asked may not do it any more",
  approver: "Who approved it may not decide any more",
};

/**
 * Ends an approval that cannot be done any more as it was asked for, and answers the refusal. What was asked for is kept until it would have lapsed, so that it can be asked for again. Recorded as
 * `approval.found_stale`; where who asked may not do it any more as `approval.orphaned`, with who is gone and since when.
 */
export async function endAsStale(
  ctx: Context,
  record: ApprovalRecord,
  { changed, endCause }: NotAsShown,
): Promise<DomainError> {
  await ctx.db.transaction(async (tx) => {
    const ended = await tx.query(
      `UPDATE approval SET state = 'stale', ended_at = $2::timestamptz, changed = $3::text[], end_cause = $4::text
       WHERE id = $1::uuid AND state IN ('pending', 'approved') RETURNING id`,
      [record.id, ctx.now, changed, endCause],
    );
    if (ended.length === 0) return;
    const isOrphaned = endCause === "asker";
    const what = isOrphaned ? "orphaned" : "stale";
    await tellOfApproval(tx, ctx, record, { what, why: changed });
    await recordEntry(tx, ctx, {
      act: isOrphaned ? "approval.orphaned" : "approval.found_stale",
      target: approvalTarget(record),
      reason: REASON[endCause],
      ...(isOrphaned
        ? { before: { state: record.state }, after: { state: "stale", whoIsGone: changed } }
        : { after: { changed }, errorCode: "APPROVAL_STALE" }),
    });
  });
  return new DomainError("APPROVAL_STALE", REFUSAL[endCause], {
    fields: changed.map((message) => ({ path: "approval", message })),
  });
}
