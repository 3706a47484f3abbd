import { requireApproval } from "../approvals/require-approval.ts";
import { requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { tellSettingsChanged } from "../notifications/tell-settings-changed.ts";
import { auditedEventStream, eventStreamTarget, lockStreamRecord, withLag } from "./stream-record.ts";

/**
 * Removes a stream; what it had not sent stays in the log. Recorded as `event_stream.removed`. Needs `event-stream:write`.
 *
 * @throws {DomainError} NOT_FOUND, and STALE_VERSION where a version is named and it is another one
 */
export async function removeEventStream(
  ctx: Context,
  { streamId, version }: { streamId: string; version?: number | undefined },
): Promise<{ id: string }> {
  requirePermission(ctx, "event-stream:write");
  await requireApproval(ctx, "streams");
  return ctx.db.transaction(async (tx) => {
    const record = await lockStreamRecord(tx, streamId);
    await requireVersion(tx, version ?? record.version, {
      what: "The stream",
      act: ["event_stream.updated", "event_stream.paused", "event_stream.resumed"],
      targetId: streamId,
      version: record.version,
    });
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
