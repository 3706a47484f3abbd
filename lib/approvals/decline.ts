import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { approvalTarget } from "./approval-row.ts";
import { requireDeciderNow } from "./decider.ts";
import { getApproval } from "./get-approval.ts";
import type { ApprovalDetail } from "./model.ts";
import { readApproval, requireState } from "./read-approval.ts";
import { tellOfApproval } from "./tell.ts";

/**
 * Declines what another person asked for: it is not done. Needs `approval:decide` and every permission that the act needs. Recorded as `approval.declined`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN for one's own and for an API token, GONE, ALREADY_ENDED
 */
export async function decline(ctx: Context, input: { id: string; note: string }): Promise<ApprovalDetail> {
  await ctx.db.transaction(async (tx) => {
    const record = await readApproval(tx, input.id, true);
    const decider = await requireDeciderNow(tx, ctx, record);
    requireState(record, ["pending"], ctx.now);
    await tx.query(
      `UPDATE approval SET state = 'declined', decided_at = $2::timestamptz, decided_by_id = $3::uuid, decided_by_name = $4::text, note = $5::text,
         ended_at = $2::timestamptz, request = NULL WHERE id = $1::uuid`,
      [record.id, ctx.now, decider.id, decider.name, input.note],
    );
    await tellOfApproval(tx, ctx, record, { what: "declined" });
    await recordEntry(tx, ctx, {
      act: "approval.declined",
      target: approvalTarget(record),
      note: input.note === "" ? undefined : input.note,
      before: { state: "pending" },
      after: { state: "declined", requestedBy: record.actorName },
    });
  });
  return getApproval(ctx, input);
}
