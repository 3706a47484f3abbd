import { StateBadge } from "#components/display/state-badge.tsx";
import type { ApprovalRow } from "#lib/approvals/model.ts";

/** Its state; of one that was refused as who asked may not do it any more, that it ended. */
export function ApprovalBadge({ approval }: { approval: Pick<ApprovalRow, "state" | "endCause"> }) {
  const { state, endCause } = approval;
  return <StateBadge state={state === "stale" && endCause === "asker" ? "orphaned" : state} />;
}
