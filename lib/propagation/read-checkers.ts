import type { Sql } from "../db/sql.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { AuditMode, CheckWay, VerifierMode } from "../verifiers/model.ts";
import { type CheckerFacts, ENDED_AFTER_MS, type InstanceFacts } from "./journey.ts";
import type { SeenWay } from "./model.ts";
import type { CheckerNow, InstanceNow } from "./standing.ts";

type VerifierRef = { id: string; name: string; audiences: string[]; isDisabled: boolean };

export type OrderChecker = VerifierRef & CheckerFacts;
export type StandingChecker = VerifierRef & CheckerNow & { mode: VerifierMode };

type Record<Instance> = VerifierRef & {
  checkWay: CheckWay;
  mode: VerifierMode;
  maxStalenessSeconds: number;
  auditMode: AuditMode;
  askedAt: Date | null;
  instances: Instance[];
};

const VERIFIER = sql`v.id, v.name, v.disabled_at IS NOT NULL AS "isDisabled", v.check_way AS "checkWay", v.mode,
  v.max_staleness_seconds AS "maxStalenessSeconds", v.audit_mode AS "auditMode", v.last_seen_at AS "askedAt",
  ARRAY(SELECT a.name FROM verifier_audience va JOIN audience a ON a.id = va.audience_id WHERE va.verifier_id = v.id ORDER BY a.name) AS audiences`;

const MS = {
  firstSeenAt: sql`(extract(epoch FROM i.first_seen_at) * 1000)::float8`,
  seenAt: sql`(extract(epoch FROM i.seen_at) * 1000)::float8`,
  disconnectedAt: sql`(extract(epoch FROM i.disconnected_at) * 1000)::float8`,
};

type OrderInstance = Omit<InstanceFacts, "way"> & { way: SeenWay };

/**
 * The verifiers that answer for some audiences with what is known of their instances regarding an order, in one statement: the first
 * acknowledgement at the order's position or beyond is one look-up in an index for each instance. `position` null: nothing acknowledges it.
 */
export async function readOrderCheckers(
  db: Sql,
  {
    audiences,
    position,
    committedAt,
  }: { audiences: string[] | null; position: bigint | null; committedAt: Date },
): Promise<OrderChecker[]> {
  const since = new Date(committedAt.getTime() - ENDED_AFTER_MS);
  const which: Fragment[] = [sql`v.disabled_at IS NULL`];
  if (audiences !== null)
    which.push(sql`EXISTS (SELECT FROM verifier_audience va JOIN audience a ON a.id = va.audience_id
      WHERE va.verifier_id = v.id AND a.name = ANY (${audiences}::text[]))`);
  const records = await run<Record<OrderInstance>>(
    db,
    sql`SELECT ${VERIFIER}, coalesce(k.instances, '[]') AS instances FROM verifier v
      LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('way', i.way, 'mode', i.mode, 'maxStalenessSeconds', i.max_staleness_seconds,
          'firstSeenAtMs', ${MS.firstSeenAt}, 'seenAtMs', ${MS.seenAt}, 'disconnectedAtMs', ${MS.disconnectedAt},
          'acknowledgedAtMs', CASE WHEN i.position >= ${position}::bigint
            THEN (extract(epoch FROM coalesce(f.at, i.position_at)) * 1000)::float8 END)) AS instances
        FROM verifier_instance i LEFT JOIN LATERAL (SELECT c.at FROM feed_acknowledgement c WHERE c.verifier_id = i.verifier_id
          AND c.instance_id = i.instance_id AND c.position >= ${position}::bigint ORDER BY c.position LIMIT 1) f ON true
        WHERE i.verifier_id = v.id AND i.seen_at >= ${since}::timestamptz) k ON true
      WHERE ${all(which)} ORDER BY v.name, v.id`,
  );
  return records.map(({ askedAt, ...record }) => ({ ...record, askedAtMs: askedAt?.getTime() ?? null }));
}

type NowInstance = Omit<InstanceNow, "position"> & { position: string | null };

/** All verifiers, or some, with their instances as they are now, in one statement. */
export async function readStandingCheckers(
  db: Sql,
  { verifierIds }: { verifierIds: string[] | null },
): Promise<{ headPosition: bigint; checkers: StandingChecker[] }> {
  const where = verifierIds === null ? sql`true` : sql`v.id = ANY (${verifierIds}::uuid[])`;
  const [head] = await db.query<{ position: bigint }>("SELECT position FROM feed_head WHERE id = 1");
  const headPosition = head?.position ?? 0n;
  const records = await run<Record<NowInstance>>(
    db,
    sql`SELECT ${VERIFIER}, coalesce(k.instances, '[]') AS instances FROM verifier v
      LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('way', i.way, 'agent', i.agent, 'position', i.position::text,
          'seenAtMs', ${MS.seenAt}, 'disconnectedAtMs', ${MS.disconnectedAt},
          'missesSinceMs', CASE WHEN i.way IN ('feed', 'poll') AND coalesce(i.position, 0) < ${headPosition}::bigint
            THEN (extract(epoch FROM coalesce(n.created_at, i.position_at, i.first_seen_at)) * 1000)::float8 END)) AS instances
        FROM verifier_instance i LEFT JOIN LATERAL (SELECT o.created_at FROM revocation_order o WHERE o.position > coalesce(i.position, 0)
          ORDER BY o.position LIMIT 1) n ON i.position < ${headPosition}::bigint
        WHERE i.verifier_id = v.id) k ON true
      WHERE ${where} ORDER BY v.name, v.id`,
  );
  const checkers = records.map(({ askedAt, instances, ...record }) => ({
    ...record,
    askedAtMs: askedAt?.getTime() ?? null,
    instances: instances.map(({ position, ...instance }) => ({
      ...instance,
      position: position === null ? null : BigInt(position),
    })),
  }));
  return { headPosition, checkers };
}
