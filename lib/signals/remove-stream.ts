import { requireApproval } from "../approvals/require-approval.ts";
import { requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import { requireStreamOwner, type StreamOwner } from "./stream-owner.ts";
import { auditedStream, lockStream, streamTarget } from "./stream-record.ts";

/**
 * Removes a stream with what it has not delivered. Recorded as `signal_stream.removed`. Needs `verifier:write`, or the credential of its verifier.
 *
 * @throws {DomainError} NOT_FOUND, and STALE_VERSION where a version is named and it is another one
 */
export async function removeStream(
  ctx: SqlContext,
  { streamId, version }: { streamId: string; version?: number | undefined },
  owner: StreamOwner = "console",
): Promise<{ id: string }> {
  const verifierId = requireStreamOwner(ctx, owner);
  if (owner === "console") await requireApproval(ctx, "streams");
  return ctx.db.transaction(async (tx) => {
    const stream = await lockStream(tx, { id: streamId, verifierId });
    await requireVersion(tx, version ?? stream.version, {
      what: "The stream",
      act: ["signal_stream.updated", "signal_stream.status_changed"],
      targetId: streamId,
      version: stream.version,
    });
    await tx.query("DELETE FROM signal_stream WHERE id = $1::uuid", [streamId]);
    await recordEntry(tx, ctx, {
      act: "signal_stream.removed",
      target: streamTarget(stream),
      before: { ...auditedStream(stream), undelivered: stream.lag },
    });
    return { id: streamId };
  });
}
