import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { detectionTarget, readDetection } from "./detection-row.ts";
import { readDetectionDetail } from "./get-detection.ts";
import { holdMutes } from "./hold-mutes.ts";
import type { DetectionDetail } from "./model.ts";

/**
 * Ends the mute of a detection before its time: all that it held for are open again. Needs `detection:write`. Recorded as `detection.unmuted`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT where it is not muted
 */
export async function endMute(ctx: Context, id: string): Promise<DetectionDetail> {
  requirePermission(ctx, "detection:write");
  await ctx.db.transaction(async (tx) => {
    await holdMutes(tx);
    const record = await readDetection(tx, id, true);
    if (record.muteId === null) throw new DomainError("CONFLICT", "It is not muted.");
    await tx.query(
      "UPDATE detection_mute SET ended_at = $2::timestamptz, ended_by_name = $3::text WHERE id = $1::uuid AND ended_at IS NULL",
      [record.muteId, ctx.now, ctx.actor.name],
    );
    const opened = await tx.query<{ id: string }>(
      "UPDATE detection SET state = 'open', mute_id = NULL WHERE mute_id = $1::uuid RETURNING id",
      [record.muteId],
    );
    await recordEntry(tx, ctx, {
      act: "detection.unmuted",
      target: detectionTarget(record),
      before: { state: "muted" },
      after: { state: "open", detections: opened.length },
    });
  });
  return readDetectionDetail(ctx, id);
}
