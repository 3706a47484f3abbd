import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { type DetectionRecord, detectionTarget, readDetection } from "./detection-row.ts";
import { readDetectionDetail } from "./get-detection.ts";
import { holdMutes } from "./hold-mutes.ts";
import type { MuteDetectionInput } from "./input.ts";
import { type DetectionDetail, MUTE_DAYS_MAX, type MuteScope, RULE_WORDS } from "./model.ts";
import { RULES } from "./rules.ts";

const MUTE_MS = MUTE_DAYS_MAX * 86_400_000;

/** @throws {DomainError} INVALID_INPUT */
function requireEnd(endsAt: Date, now: Date): void {
  if (endsAt > now && endsAt.getTime() - now.getTime() <= MUTE_MS) return;
  const message = `must be within the next ${MUTE_DAYS_MAX} days`;
  throw new DomainError("INVALID_INPUT", `The end ${message}.`, { fields: [{ path: "endsAt", message }] });
}

/** What a mute holds for. @throws {DomainError} CONFLICT where there is no such thing, or it must be answered */
function mutedOf(
  record: DetectionRecord,
  scope: MuteScope,
): { clientId: string | null; tokenId: string | null } {
  const { rule, state, clientUuid, tokenId } = record;
  if (!RULES[rule].canMute)
    throw new DomainError(
      "CONFLICT",
      `"${RULE_WORDS[rule]}" is not muted: it must be answered. Work on it in a case.`,
    );
  if (state === "in_case") throw new DomainError("CONFLICT", "It is in a case: it is worked on there.");
  const id = scope === "client" ? clientUuid : record.subjectKind === "client" ? null : tokenId;
  if (id === null) throw new DomainError("CONFLICT", `It is found of no one ${scope}: mute it by the other.`);
  return scope === "client" ? { clientId: id, tokenId: null } : { clientId: null, tokenId: id };
}

/**
 * Mutes a rule about a client, or about one token, until an instant: what is found meanwhile is counted and not told. It holds for all open detections of the
 * rule that it is about, and replaces an earlier mute of the same. Needs `detection:write`. Recorded as `detection.muted`.
 *
 * @throws {DomainError} NOT_FOUND, INVALID_INPUT for an end that is no future of MUTE_DAYS_MAX, CONFLICT for a forgery, what is in a case, and what has no such scope
 */
export async function muteDetection(
  ctx: Context,
  { id, scope, reason, endsAt }: MuteDetectionInput & { id: string },
): Promise<DetectionDetail> {
  requirePermission(ctx, "detection:write");
  requireEnd(endsAt, ctx.now);
  await ctx.db.transaction(async (tx) => {
    await holdMutes(tx);
    const record = await readDetection(tx, id, true);
    const { clientId, tokenId } = mutedOf(record, scope);
    const muteId = uuidv7(ctx.now);
    await tx.query(
      `UPDATE detection_mute SET ended_at = $3::timestamptz, ended_by_name = $4::text
       WHERE rule = $1::text AND (client_id = $2::uuid OR token_id = $5::uuid) AND ended_at IS NULL AND ends_at > $3::timestamptz`,
      [record.rule, clientId, ctx.now, ctx.actor.name, tokenId],
    );
    await tx.query(
      `INSERT INTO detection_mute (id, rule, client_id, token_id, reason, created_at, ends_at, by_id, by_name)
       VALUES ($1::uuid, $2::text, $3::uuid, $4::uuid, $5::text, $6::timestamptz, $7::timestamptz, $8::text, $9::text)`,
      [muteId, record.rule, clientId, tokenId, reason, ctx.now, endsAt, ctx.actor.id, ctx.actor.name],
    );
    const muted = await tx.query<{ id: string }>(
      `UPDATE detection SET state = 'muted', mute_id = $1::uuid
       WHERE rule = $2::text AND (client_id = $3::uuid OR token_id = $4::uuid AND subject_kind <> 'client') AND is_current AND state <> 'in_case' RETURNING id`,
      [muteId, record.rule, clientId, tokenId],
    );
    await recordEntry(tx, ctx, {
      act: "detection.muted",
      target: detectionTarget(record),
      note: reason,
      before: { state: record.state },
      after: { state: "muted", scope, until: endsAt.toISOString(), detections: muted.length },
    });
  });
  return readDetectionDetail(ctx, id);
}
