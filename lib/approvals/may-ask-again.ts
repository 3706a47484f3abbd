import type { Context } from "../context.ts";
import { type ApprovalRecord, stateOf } from "./approval-row.ts";
import type { ApprovalState } from "./model.ts";

/** What somebody else decided against, or was taken back or done, is not asked for by one click. */
const AGAIN: ReadonlySet<ApprovalState> = new Set(["pending", "approved", "stale", "lapsed"]);

/** Whether who asked may have it tried out anew by one click, if that comes to anything (`lookAgain`). */
export function mayAskAgain({ actor, now }: Pick<Context, "actor" | "now">, record: ApprovalRecord): boolean {
  const isOwn = actor.kind === record.actorKind && actor.id === record.actorId;
  return isOwn && record.way === "asked" && record.request !== null && AGAIN.has(stateOf(record, now));
}
