import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { readVerifier } from "./get-verifier.ts";
import type { UpdateVerifierInput } from "./input.ts";
import type { VerifierDetail } from "./model.ts";
import {
  auditedVerifier,
  requireFreeVerifierName,
  saveVerifierAudiences,
} from "./save-verifier-audiences.ts";

/**
 * Changes a verifier's name, audiences or modes. Recorded as `verifier.updated`. Needs `verifier:write`.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, CONFLICT, INVALID_INPUT
 */
export async function updateVerifier(
  ctx: Context,
  { verifierId, ...input }: UpdateVerifierInput & { verifierId: string },
): Promise<VerifierDetail> {
  requirePermission(ctx, "verifier:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(verifierId))
      await tx.query("SELECT id FROM verifier WHERE id = $1::uuid FOR UPDATE", [verifierId]);
    const verifier = await readVerifier(tx, { id: verifierId, now: ctx.now });
    await requireVersion(tx, input.version, {
      what: "The verifier",
      act: "verifier.updated",
      targetId: verifierId,
      version: verifier.version,
    });
    const name = input.name ?? verifier.name;
    if (name !== verifier.name) await requireFreeVerifierName(tx, { id: verifierId, name });
    await tx.query(
      `UPDATE verifier SET name = $2::text, description = $3::text, mode = $4::text, max_staleness_seconds = $5::int,
         audit_mode = $6::text, check_way = $7::text WHERE id = $1::uuid`,
      [
        verifierId,
        name,
        input.description ?? verifier.description,
        input.mode ?? verifier.mode,
        input.maxStalenessSeconds ?? verifier.maxStalenessSeconds,
        input.auditMode ?? verifier.auditMode,
        input.checkWay ?? verifier.checkWay,
      ],
    );
    if (input.audienceIds !== undefined)
      await saveVerifierAudiences(tx, { verifierId, audienceIds: input.audienceIds, now: ctx.now });
    const changes = changesOf(
      auditedVerifier(verifier),
      auditedVerifier(await readVerifier(tx, { id: verifierId, now: ctx.now })),
    );
    if (changes === null) return verifier;
    await tx.query(
      "UPDATE verifier SET version = version + 1, updated_at = $2::timestamptz WHERE id = $1::uuid",
      [verifierId, ctx.now],
    );
    const updated = await readVerifier(tx, { id: verifierId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "verifier.updated",
      target: { kind: "verifier", id: verifierId, name: updated.name },
      ...changes,
    });
    return updated;
  });
}
