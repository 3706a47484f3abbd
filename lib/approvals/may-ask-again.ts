import type { Context } from "../context.ts";
import { type ApprovalRecord, stateOf } from "./approval-row.ts";
import type { ApprovalState } from "./model.ts";

/** What somebody else decided against, or was taken back or done, is not asked for by one click. */
const AGAIN: ReadonlySet<ApprovalState> = new Set(["pending", "approved", "stale", "lapsed"]);

/** Whether it is in a state in which it may be asked for once more. */
export function isForAgain(record: ApprovalRecord, now: Date): boolean {
  return record.way === "asked" && AGAIN.has(stateOf(record, now));
}

/** Whether who asked may have it tried out anew by one click, if that comes to anything (`lookAgain`). */
export function mayAskAgain({ actor, now }: Pick<Context, "actor" | "now">, record: ApprovalRecord): boolean {
  const isOwn = actor.kind === record.actorKind && actor.id === record.actorId;
  return isOwn && record.request !== null && isForAgain(record, now);
}
