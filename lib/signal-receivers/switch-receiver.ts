import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { ReceiverDetail } from "./model.ts";
import { lockReceiver, readReceiver, receiverTarget } from "./receiver-record.ts";

/**
 * Stops a peer, or lets it in again: while it is disabled its events are refused and nothing is done at them. What it has sent stays on record. Recorded as
 * `signal_receiver.disabled` and `signal_receiver.enabled`. Needs `signal-receiver:write`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED, CONFLICT
 */
export async function switchReceiver(
  ctx: Context,
  { receiverId, isDisabled }: { receiverId: string; isDisabled: boolean },
): Promise<ReceiverDetail> {
  requirePermission(ctx, "signal-receiver:write");
  await requireApproval(ctx, "streams");
  return ctx.db.transaction(async (tx) => {
    const before = await lockReceiver(tx, receiverId);
    if (isDisabled && before.state === "disabled")
      throw new DomainError("ALREADY_ENDED", "This peer is disabled already.");
    if (!isDisabled && before.state === "enabled")
      throw new DomainError("CONFLICT", "This peer is not disabled.");
    await tx.query(
      "UPDATE signal_receiver SET disabled_at = $2::timestamptz, updated_at = $3::timestamptz WHERE id = $1::uuid",
      [receiverId, isDisabled ? ctx.now : null, ctx.now],
    );
    const receiver = await readReceiver(tx, receiverId);
    await recordEntry(tx, ctx, {
      act: isDisabled ? "signal_receiver.disabled" : "signal_receiver.enabled",
      target: receiverTarget(receiver),
      before: { state: before.state },
      after: { state: receiver.state },
    });
    return receiver;
  });
}
