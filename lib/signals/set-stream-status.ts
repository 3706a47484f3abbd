import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { appendSignals } from "./append-signals.ts";
import type { StreamStatusInput } from "./input.ts";
import { STREAM_UPDATED, type StreamRow } from "./model.ts";
import { requireStreamOwner, type StreamOwner } from "./stream-owner.ts";
import { lockStream, readStream, streamTarget } from "./stream-record.ts";
import { opaque } from "./subjects.ts";

/**
 * Enables, pauses or disables a stream. Paused, its events are held; disabled, they are not, so that it begins anew where it is enabled again. Where it is not the receiver
 * itself that asks, it is told by an event. Idempotent; recorded as `signal_stream.status_changed`. Needs `verifier:write`, or the credential of its verifier.
 *
 * @throws {DomainError} NOT_FOUND
 * @see OpenID Shared Signals Framework 1.0 section 8.1.2, 8.1.5
 */
export async function setStreamStatus(
  ctx: SqlContext,
  { streamId, status, reason }: StreamStatusInput & { streamId: string },
  owner: StreamOwner = "console",
): Promise<StreamRow> {
  const verifierId = requireStreamOwner(ctx, owner);
  if (owner === "console") await requireApproval(ctx, "streams");
  return ctx.db.transaction(async (tx) => {
    const before = await lockStream(tx, { id: streamId, verifierId });
    if (before.status === status && before.statusReason === reason) return before;
    if (before.status === "disabled") await skipToEnd(tx, streamId);
    const notice =
      owner === "console" && before.status !== status
        ? await appendSignals(tx, [
            {
              type: STREAM_UPDATED,
              subject: opaque(streamId),
              event: { status, ...(reason === "" ? {} : { reason }) },
              at: ctx.now,
              streamId,
            },
          ])
        : null;
    await tx.query(
      `UPDATE signal_stream SET status = $2::text, status_reason = $3::text, notice_sequence = coalesce($4::bigint, notice_sequence), failures = 0, refusals = 0,
         next_attempt_at = NULL, leased_by = NULL, leased_until = NULL, version = version + 1, updated_at = $5::timestamptz WHERE id = $1::uuid`,
      [streamId, status, reason, notice, ctx.now],
    );
    const stream = await readStream(tx, { id: streamId });
    await recordEntry(tx, ctx, {
      act: "signal_stream.status_changed",
      target: streamTarget(stream),
      note: reason === "" ? undefined : reason,
      before: { status: before.status },
      after: { status },
    });
    return stream;
  });
}

async function skipToEnd(tx: Sql, streamId: string): Promise<void> {
  await tx.query("DELETE FROM signal_acknowledgement WHERE stream_id = $1::uuid", [streamId]);
  await tx.query(
    "UPDATE signal_stream SET cursor = (SELECT sequence FROM signal_head WHERE id = 1) WHERE id = $1::uuid",
    [streamId],
  );
}
