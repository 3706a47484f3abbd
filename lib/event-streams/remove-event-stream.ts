import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { tellSettingsChanged } from "../notifications/tell-settings-changed.ts";
import { auditedEventStream, eventStreamTarget, lockStreamRecord, withLag } from "./stream-record.ts";

/**
 * Removes a stream; what it had not sent stays in the log. Recorded as `event_stream.removed`. Needs `event-stream:write`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function removeEventStream(
  ctx: Context,
  { streamId }: { streamId: string },
): Promise<{ id: string }> {
  requirePermission(ctx, "event-stream:write");
  await requireApproval(ctx, "streams");
  return ctx.db.transaction(async (tx) => {
    const record = await lockStreamRecord(tx, streamId);
    const { lag } = await withLag(tx, record);
    await tx.query("DELETE FROM event_stream WHERE id = $1::uuid", [streamId]);
    await tellSettingsChanged(tx, ctx, {
      what: `the event stream ${record.name}`,
      path: "/settings/event-streams",
    });
    await recordEntry(tx, ctx, {
      act: "event_stream.removed",
      target: eventStreamTarget(record),
      before: {
        ...auditedEventStream(record),
        undelivered: lag.isMore ? `more than ${lag.count}` : lag.count,
      },
    });
    return { id: streamId };
  });
}
