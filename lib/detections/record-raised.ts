import { randomUUID } from "node:crypto";
import { recordEntries } from "../audit/record-entry.ts";
import type { Sql } from "../db/sql.ts";
import { detectionTarget, readDetections } from "./detection-row.ts";

const DETECTOR = { kind: "system", id: "detector", name: "detector" } as const;

/**
 * Puts on record that something is open that was not: once for each detection, however often it is found again, and once more when a mute of it is over. Their number is
 * bounded by what the list holds of one client. The log's head is locked by it: nothing slow comes after.
 */
export async function recordRaised(tx: Sql, ids: readonly string[], now: Date): Promise<void> {
  if (ids.length === 0) return;
  const records = await readDetections(tx, ids);
  await recordEntries(
    tx,
    { now, actor: DETECTOR, requestId: randomUUID(), ip: null, userAgent: null },
    records.map((record) => ({
      act: "detection.raised",
      target: detectionTarget(record),
      after: {
        rule: record.rule,
        severity: record.severity,
        ...(record.tokenId === null ? {} : { tokenId: record.tokenId }),
        ...(record.familyId === null ? {} : { familyId: record.familyId }),
        ...(record.clientUuid === null ? {} : { clientId: record.clientUuid }),
        firstAt: record.firstAt.toISOString(),
        lastAt: record.lastAt.toISOString(),
        count: Number(record.count),
      },
    })),
  );
}
