import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import type { SeenWay } from "../propagation/model.ts";
import { isLive } from "../propagation/standing.ts";
import { readVerifier } from "./get-verifier.ts";

type Found = {
  way: SeenWay;
  agent: string | null;
  seenAt: Date;
  disconnectedAt: Date | null;
  endedAt: Date | null;
};

/**
 * Puts on record that a process of a verifier has ended: from now on no order waits for it. Of one that is lenient and was killed nothing else tells. It is
 * told as the admin's word, and forgotten as soon as the process is heard of again. Recorded as `verifier.instance_ended`. Needs `verifier:write`.
 *
 * @throws {DomainError} NOT_FOUND; CONFLICT for a process that is heard of
 */
export async function endVerifierInstance(
  ctx: Context,
  { verifierId, instanceId }: { verifierId: string; instanceId: string },
): Promise<void> {
  requirePermission(ctx, "verifier:write");
  await ctx.db.transaction(async (tx) => {
    const verifier = await readVerifier(tx, { id: verifierId, now: ctx.now });
    const [found] = isUuid(instanceId)
      ? await tx.query<Found>(
          `SELECT way, agent, seen_at AS "seenAt", disconnected_at AS "disconnectedAt", ended_at AS "endedAt" FROM verifier_instance
           WHERE verifier_id = $1::uuid AND instance_id = $2::uuid FOR UPDATE`,
          [verifierId, instanceId],
        )
      : [];
    if (found === undefined) throw notFound("The process");
    if (found.endedAt !== null) return;
    const { way, agent, seenAt, disconnectedAt } = found;
    const seen = { way, seenAtMs: seenAt.getTime(), disconnectedAtMs: disconnectedAt?.getTime() ?? null };
    if (isLive({ ...seen, endedAtMs: null }, ctx.now.getTime()))
      throw new DomainError("CONFLICT", "The process is heard of: it runs. It ends when it is stopped.");
    await tx.query(
      "UPDATE verifier_instance SET ended_at = $3::timestamptz, ended_by = $4::text WHERE verifier_id = $1::uuid AND instance_id = $2::uuid",
      [verifierId, instanceId, ctx.now, ctx.actor.name],
    );
    await recordEntry(tx, ctx, {
      act: "verifier.instance_ended",
      target: { kind: "verifier", id: verifierId, name: verifier.name },
      before: { instance: instanceId, agent, lastHeardAt: seenAt.toISOString() },
      after: { instance: instanceId, agent, endedAt: ctx.now.toISOString() },
    });
  });
}
