import type { Context } from "../context.ts";
import { type ApprovalRecord, stateOf } from "./approval-row.ts";
import type { ApprovalState } from "./model.ts";

/** What somebody else decided against, or was taken back or done, is not asked for by one click. */
const AGAIN: ReadonlySet<ApprovalState> = new Set(["pending", "approved", "stale", "lapsed"]);

/** Whether who asked may have it tried out anew by one click. */
export function mayAskAgain({ actor, now }: Pick<Context, "actor" | "now">, record: ApprovalRecord): boolean {
  const isOwn = actor.kind === record.actorKind && actor.id === record.actorId;
  const isPlanned = record.planKind !== "lifetimes";
  return (
    isOwn && isPlanned && record.way === "asked" && record.request !== null && AGAIN.has(stateOf(record, now))
  );
}
