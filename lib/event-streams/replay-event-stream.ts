import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { EventStreamRow } from "./model.ts";
import { eventStreamTarget, lockStreamRecord, readEventStream } from "./stream-record.ts";

/**
 * Sends again everything that was received since an instant, or that happened since, in order; what has left the log is not among it. Its sink sees events again under the ids that they have.
 * Recorded as `event_stream.replayed`. Needs `event-stream:write`.
 *
 * @throws {DomainError} NOT_FOUND, INVALID_INPUT for an instant to come.
 */
export async function replayEventStream(
  ctx: Context,
  { streamId, from }: { streamId: string; from: Date },
): Promise<EventStreamRow> {
  requirePermission(ctx, "event-stream:write");
  await requireApproval(ctx, "streams");
  if (from > ctx.now)
    throw new DomainError("INVALID_INPUT", "Only what was can be sent again.", {
      fields: [{ path: "from", message: "must not lie in the future" }],
    });
  return ctx.db.transaction(async (tx) => {
    const before = await lockStreamRecord(tx, streamId);
    // acts of one time may stand in the chain before those of an earlier one; what is not sent yet is not skipped
    await tx.query(
      `UPDATE event_stream SET acts_sequence = least(acts_sequence, (SELECT min(sequence) - 1 FROM audit_entry WHERE at >= $2::timestamptz)),
         uses_base = NULL, uses_low = least($2::timestamptz, CASE WHEN uses_epoch IS NULL THEN uses_low
           ELSE least(coalesce((uses_key->>'at')::timestamptz, uses_low), uses_epoch_low) END), uses_epoch = NULL, uses_epoch_low = NULL, uses_key = NULL,
         failures = 0, next_attempt_at = NULL, leased_by = NULL, leased_until = NULL, updated_at = $3::timestamptz
       WHERE id = $1::uuid`,
      [streamId, from, ctx.now],
    );
    await recordEntry(tx, ctx, {
      act: "event_stream.replayed",
      target: eventStreamTarget(before),
      after: { from: from.toISOString() },
    });
    return readEventStream(tx, streamId);
  });
}
