import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { SeenWay } from "../propagation/model.ts";
import { isLive } from "../propagation/standing.ts";
import { latencyOf, readVerifier } from "./get-verifier.ts";
import {
  INSTANCES_SHOWN,
  type VerifierInstance,
  type VerifierInstances,
  type VerifierMode,
} from "./model.ts";

type InstanceRecord = {
  id: string;
  way: SeenWay;
  agent: string | null;
  mode: VerifierMode | null;
  maxStalenessSeconds: number | null;
  position: bigint | null;
  headPosition: bigint;
  seenAt: Date;
  firstSeenAt: Date;
  disconnectedAt: Date | null;
  endedAt: Date | null;
  endedBy: string | null;
  accepted: bigint;
  refused: bigint;
  stale: bigint;
  lost: bigint;
  latencyP50Us: number | null;
  latencyP99Us: number | null;
};

/**
 * The processes that check tokens for a verifier, the newest heard first: at most INSTANCES_SHOWN, and how many there are. Needs `verifier:read`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function getVerifierInstances(
  ctx: Context,
  { verifierId }: { verifierId: string },
): Promise<VerifierInstances> {
  requirePermission(ctx, "verifier:read");
  await readVerifier(ctx.db, { id: verifierId, now: ctx.now });
  const records = await run<InstanceRecord & { count: bigint }>(
    ctx.db,
    sql`SELECT i.instance_id AS id, i.way, i.agent, i.mode, i.max_staleness_seconds AS "maxStalenessSeconds", i.position,
        h.position AS "headPosition", i.seen_at AS "seenAt", i.first_seen_at AS "firstSeenAt", i.disconnected_at AS "disconnectedAt", i.ended_at AS "endedAt",
        i.ended_by AS "endedBy",
        i.accepted, i.refused, i.stale, i.lost, i.latency_p50_us AS "latencyP50Us", i.latency_p99_us AS "latencyP99Us", count(*) OVER () AS count
      FROM verifier_instance i CROSS JOIN feed_head h WHERE i.verifier_id = ${verifierId}::uuid
      ORDER BY i.seen_at DESC, i.instance_id LIMIT ${INSTANCES_SHOWN}::int`,
  );
  return {
    count: Number(records[0]?.count ?? 0),
    instances: records.map((record) => instanceOf(record, ctx.now.getTime())),
  };
}

function instanceOf(record: InstanceRecord, nowMs: number): VerifierInstance {
  const seen = {
    way: record.way,
    seenAtMs: record.seenAt.getTime(),
    disconnectedAtMs: record.disconnectedAt?.getTime() ?? null,
    endedAtMs: record.endedAt?.getTime() ?? null,
  };
  const follows = record.way === "feed" || record.way === "poll";
  return {
    id: record.id,
    way: record.way,
    agent: record.agent,
    mode: record.mode,
    maxStalenessSeconds: record.maxStalenessSeconds,
    isLive: isLive(seen, nowMs),
    position: record.position === null ? null : String(record.position),
    behindBy: follows ? Math.max(0, Number(record.headPosition - (record.position ?? 0n))) : null,
    firstSeenAt: record.firstSeenAt.toISOString(),
    lastHeardAt: record.seenAt.toISOString(),
    endedAt: record.endedAt?.toISOString() ?? null,
    endedBy: record.endedAt === null ? null : record.endedBy,
    accepted: Number(record.accepted),
    refused: Number(record.refused),
    stale: Number(record.stale),
    lost: Number(record.lost),
    latencyUs: latencyOf(record.latencyP50Us, record.latencyP99Us),
  };
}
