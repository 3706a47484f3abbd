import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import { readClock } from "../clocks/read-clock.ts";
import { type Context, systemContext } from "../context.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { tellSettingsChanged } from "../notifications/tell-settings-changed.ts";
import type { EventStreamRow, EventStreamStatus } from "./model.ts";
import { eventStreamTarget, lockStreamRecord, readEventStream } from "./stream-record.ts";

/**
 * Pauses a stream or lets it go on. Paused, it stays where it is, and what comes waits in the log; resumed, it is tried at once. Idempotent. Recorded as `event_stream.paused`
 * or `event_stream.resumed`. Needs `event-stream:write`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function switchEventStream(
  ctx: Context,
  { streamId, status }: { streamId: string; status: EventStreamStatus },
): Promise<EventStreamRow> {
  requirePermission(ctx, "event-stream:write");
  await requireApproval(ctx, "streams");
  return ctx.db.transaction(async (tx) => {
    const before = await lockStreamRecord(tx, streamId);
    if (before.status !== status) {
      await tx.query(
        `UPDATE event_stream SET status = $2::text, status_reason = '', failures = 0, next_attempt_at = NULL, leased_by = NULL, leased_until = NULL,
           version = version + 1, updated_at = $3::timestamptz WHERE id = $1::uuid`,
        [streamId, status, ctx.now],
      );
      await tellSettingsChanged(tx, ctx, {
        what: `whether the event stream ${before.name} runs`,
        path: `/settings/event-streams/${streamId}`,
      });
      await recordEntry(tx, ctx, {
        act: status === "paused" ? "event_stream.paused" : "event_stream.resumed",
        target: eventStreamTarget(before),
        before: { status: before.status },
        after: { status },
      });
    }
    return readEventStream(tx, streamId);
  });
}

/** Pauses a stream whose sink says that it is there no more, unless another worker has it by now. Recorded as the worker's `event_stream.paused`. */
export async function pauseGoneStream(
  { db, workerId }: { db: SqlDatabase; workerId: string },
  stream: { id: string; name: string },
  why: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    const paused = await tx.query(
      `UPDATE event_stream SET status = 'paused', status_reason = $3::text, last_error = $3::text, last_error_at = clock_timestamp(), failures = failures + 1,
         next_attempt_at = NULL, leased_by = NULL, leased_until = NULL, version = version + 1, updated_at = clock_timestamp()
       WHERE id = $1::uuid AND leased_by = $2::uuid RETURNING id`,
      [stream.id, workerId, why],
    );
    if (paused.length === 0) return;
    await recordEntry(tx, systemContext(db, "worker", await readClock(tx)), {
      act: "event_stream.paused",
      target: eventStreamTarget(stream),
      note: `The sink ${why}`,
      before: { status: "running" },
      after: { status: "paused" },
    });
  });
}
