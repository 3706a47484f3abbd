import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import type { Reader } from "../incidents/pick-case-tokens.ts";
import { type DetectionRecord, detectionRowsOf, readDetection } from "./detection-row.ts";
import type { DetectionDetail, DetectionRow } from "./model.ts";
import { readRuleSettings } from "./rule-settings.ts";

async function readVerifier(db: Sql, { subjectKind, subjectId, facts }: DetectionRecord) {
  const id = subjectKind === "verifier" ? subjectId : facts.verifierId;
  if (typeof id !== "string" || !isUuid(id)) return null;
  const [verifier] = await db.query<{ id: string; name: string }>(
    "SELECT id, name FROM verifier WHERE id = $1::uuid",
    [id],
  );
  return verifier ?? null;
}

async function readUses(db: Sql, id: string): Promise<DetectionDetail["uses"]> {
  const [row] = await db.query<{ kept: number; from: Date | null; to: Date | null }>(
    `SELECT count(*)::int AS kept, min(received_at) AS "from", max(received_at) AS "to" FROM detection_use WHERE detection_id = $1::uuid`,
    [id],
  );
  if (row === undefined || row.from === null || row.to === null) return null;
  return { kept: row.kept, from: row.from.toISOString(), to: row.to.toISOString() };
}

/** A detection whole, for use cases that have recorded what they did. */
export async function readDetectionDetail(ctx: Reader, id: string): Promise<DetectionDetail> {
  const { db } = ctx;
  const record = await readDetection(db, id);
  const [row] = await detectionRowsOf(ctx, [record]);
  const { clientUuid, rule } = record;
  return {
    ...(row as DetectionRow),
    facts: { ...record.facts },
    foundAt: record.foundAt.toISOString(),
    uses: await readUses(db, id),
    verifier: await readVerifier(db, record),
    // of a client that is gone nothing can be tuned
    settings:
      clientUuid === null || record.clientId === null ? null : await readRuleSettings(db, rule, clientUuid),
  };
}

/** One detection with its evidence. Needs `detection:read`. @throws {DomainError} NOT_FOUND */
export async function getDetection(ctx: Context, id: string): Promise<DetectionDetail> {
  requirePermission(ctx, "detection:read");
  return readDetectionDetail(ctx, id);
}
