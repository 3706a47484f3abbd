import type { Sql } from "../db/sql.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { AuditMode, CheckWay, VerifierMode } from "../verifiers/model.ts";
import {
  type CheckerFacts,
  ENDED_AFTER_MS,
  type InstanceFacts,
  LIVE_WITHIN_MS,
  NEWCOMER_AFTER_MS,
} from "./journey.ts";
import type { SeenWay } from "./model.ts";
import { type CheckerNow, HEARD_WITHIN_MS, type InstanceNow } from "./standing.ts";

type VerifierRef = { id: string; name: string };

/** `audiences`: those that it answers for, with `formerAudiences`, which it answered for when the order was placed. */
export type OrderChecker = VerifierRef & CheckerFacts & { audiences: string[]; formerAudiences: string[] };
export type StandingChecker = VerifierRef & CheckerNow & { mode: VerifierMode; isDisabled: boolean };

type Record<Instance> = VerifierRef & {
  checkWay: CheckWay;
  mode: VerifierMode;
  maxStalenessSeconds: number;
  auditMode: AuditMode;
  askedAt: Date | null;
  disabledAt: Date | null;
  newest: CheckerFacts["newest"];
  instances: Instance[];
};

const VERIFIER = sql`v.id, v.name, v.disabled_at AS "disabledAt", v.check_way AS "checkWay", v.mode,
  v.max_staleness_seconds AS "maxStalenessSeconds", v.audit_mode AS "auditMode", v.last_seen_at AS "askedAt", w.newest`;

/** The instance of `verifier v` that was heard of last: one look-up in an index, however many there were. */
const NEWEST = sql`LEFT JOIN LATERAL (SELECT jsonb_build_object('way', n.way, 'mode', n.mode,
    'seenAtMs', (extract(epoch FROM n.seen_at) * 1000)::float8, 'endedAtMs', (extract(epoch FROM n.ended_at) * 1000)::float8,
    'isEndedByAdmin', n.ended_by IS NOT NULL) AS newest
  FROM verifier_instance n WHERE n.verifier_id = v.id ORDER BY n.seen_at DESC LIMIT 1) w ON true`;

/** Of processes of `verifier v` by `modes` that were silent since before `since`: the one that had not ended by `endedAfter`, or ended last. */
function lastOfSilent(modes: Fragment, { since, endedAfter }: { since: Date; endedAfter: Date }): Fragment {
  return sql`(SELECT l.ended_at, l.ended_by FROM verifier_instance l
    WHERE l.verifier_id = v.id AND ${modes} AND l.mode IS DISTINCT FROM 'strict' AND l.way <> 'introspection' AND l.seen_at < ${since}::timestamptz
      AND (l.ended_at IS NULL OR l.ended_at > ${endedAfter}::timestamptz) ORDER BY l.ended_at DESC NULLS FIRST LIMIT 1)`;
}

/**
 * Where the newest process of `verifier v` has ended (`w`): those by `modes` that were silent since before `since` and never said that they ended. A verifier
 * whose newest one has not is silent or lives by that one's word.
 */
function lostOfEnded(modes: Fragment, since: Date): Fragment {
  return sql`SELECT l.seen_at FROM verifier_instance l WHERE w.newest->>'endedAtMs' IS NOT NULL AND l.verifier_id = v.id AND ${modes}
    AND l.mode IS DISTINCT FROM 'strict' AND l.way <> 'introspection' AND l.ended_at IS NULL AND l.seen_at < ${since}::timestamptz`;
}

const MS = {
  firstSeenAt: sql`(extract(epoch FROM i.first_seen_at) * 1000)::float8`,
  seenAt: sql`(extract(epoch FROM i.seen_at) * 1000)::float8`,
  disconnectedAt: sql`(extract(epoch FROM i.disconnected_at) * 1000)::float8`,
  endedAt: sql`(extract(epoch FROM i.ended_at) * 1000)::float8`,
};

type OrderInstance = Omit<InstanceFacts, "way"> & { way: SeenWay };

/**
 * The verifiers that answer for some audiences, or did when the order was placed, disabled ones too, with what is known of their instances regarding the
 * order, in one statement: the first acknowledgement at its position or beyond is one look-up in an index for each instance. Those that ended long before
 * it or began with it are left out, however many they are. `position` null: nothing acknowledges it.
 */
export async function readOrderCheckers(
  db: Sql,
  {
    audiences,
    position,
    placedAt,
    committedAt,
  }: { audiences: string[] | null; position: bigint | null; placedAt: Date; committedAt: Date },
): Promise<OrderChecker[]> {
  const since = new Date(committedAt.getTime() - ENDED_AFTER_MS);
  const newcomer = new Date(committedAt.getTime() + NEWCOMER_AFTER_MS);
  const goneBefore = new Date(placedAt.getTime() - LIVE_WITHIN_MS);
  const former = sql`SELECT a.name FROM former_verifier_audience fa JOIN audience a ON a.id = fa.audience_id
    WHERE fa.verifier_id = v.id AND fa.removed_at > ${placedAt}::timestamptz`;
  const which: Fragment[] = [];
  if (audiences !== null)
    which.push(sql`(EXISTS (SELECT FROM verifier_audience va JOIN audience a ON a.id = va.audience_id
        WHERE va.verifier_id = v.id AND a.name = ANY (${audiences}::text[]))
      OR EXISTS (${former} AND a.name = ANY (${audiences}::text[])))`);
  const silent = { since, endedAfter: committedAt };
  const records = await run<
    Record<OrderInstance> & Pick<CheckerFacts, "lost"> & { ownAudiences: string[]; formerAudiences: string[] }
  >(
    db,
    sql`SELECT ${VERIFIER}, g.lost, coalesce(k.instances, '[]') AS instances,
      ARRAY(SELECT a.name FROM verifier_audience va JOIN audience a ON a.id = va.audience_id WHERE va.verifier_id = v.id) AS "ownAudiences",
      ARRAY(${former}) AS "formerAudiences"
      FROM verifier v ${NEWEST}
      LEFT JOIN LATERAL (SELECT jsonb_build_object('endedAtMs', (extract(epoch FROM u.ended_at) * 1000)::float8,
          'isEndedByAdmin', u.ended_by IS NOT NULL) AS lost
        FROM (${lastOfSilent(sql`l.mode = 'lenient'`, silent)} UNION ALL ${lastOfSilent(sql`l.mode IS NULL AND v.mode = 'lenient'`, silent)}) u
        ORDER BY u.ended_at DESC NULLS FIRST LIMIT 1) g ON v.check_way = 'feed'
      LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('way', i.way, 'mode', i.mode, 'maxStalenessSeconds', i.max_staleness_seconds,
          'firstSeenAtMs', ${MS.firstSeenAt}, 'seenAtMs', ${MS.seenAt}, 'disconnectedAtMs', ${MS.disconnectedAt}, 'endedAtMs', ${MS.endedAt},
          'isEndedByAdmin', i.ended_by IS NOT NULL, 'acknowledgedAtMs', CASE WHEN i.position >= ${position}::bigint
            THEN (extract(epoch FROM coalesce(f.at, i.position_at)) * 1000)::float8 END)) AS instances
        FROM verifier_instance i LEFT JOIN LATERAL (SELECT c.at FROM feed_acknowledgement c WHERE c.verifier_id = i.verifier_id
          AND c.instance_id = i.instance_id AND c.position >= ${position}::bigint ORDER BY c.position LIMIT 1) f ON true
        WHERE i.verifier_id = v.id AND i.seen_at >= ${since}::timestamptz AND (i.ended_at IS NULL OR i.ended_at > ${placedAt}::timestamptz)
          AND (${position}::bigint IS NULL OR i.first_seen_at <= ${newcomer}::timestamptz OR i.position < ${position}::bigint OR i.position IS NULL)
          AND (i.disconnected_at IS NULL OR coalesce(i.mode, v.mode) <> 'strict' OR greatest(i.disconnected_at, i.seen_at)
            + coalesce(i.max_staleness_seconds, v.max_staleness_seconds) * interval '1 second' >= ${goneBefore}::timestamptz)) k ON true
      WHERE ${all(which)} ORDER BY v.name, v.id`,
  );
  return records.map(({ askedAt, disabledAt, ownAudiences, formerAudiences, ...record }) => {
    const no = formerAudiences.filter((name) => !ownAudiences.includes(name));
    return {
      ...record,
      askedAtMs: askedAt?.getTime() ?? null,
      disabledAtMs: disabledAt?.getTime() ?? null,
      audiences: [...ownAudiences, ...no].sort(),
      formerAudiences: no,
    };
  });
}

type NowInstance = Omit<InstanceNow, "position"> & { position: string | null };

/**
 * All verifiers, or some, as they are now, in one statement: with the instances that were heard of lately and the newest one. Those of earlier restarts
 * cost nothing; where the newest one has ended, those that never said so are looked up in an index of their own.
 */
export async function readStandingCheckers(
  db: Sql,
  { verifierIds, now }: { verifierIds: string[] | null; now: Date },
): Promise<{ headPosition: bigint; checkers: StandingChecker[] }> {
  const where = verifierIds === null ? sql`true` : sql`v.id = ANY (${verifierIds}::uuid[])`;
  const since = new Date(now.getTime() - HEARD_WITHIN_MS);
  const [head] = await db.query<{ position: bigint }>("SELECT position FROM feed_head WHERE id = 1");
  const headPosition = head?.position ?? 0n;
  const records = await run<Record<NowInstance> & Pick<CheckerNow, "lostSeenAtMs">>(
    db,
    sql`SELECT ${VERIFIER}, g."lostSeenAtMs", coalesce(k.instances, '[]') AS instances FROM verifier v ${NEWEST}
      LEFT JOIN LATERAL (SELECT (extract(epoch FROM max(u.seen_at)) * 1000)::float8 AS "lostSeenAtMs"
        FROM (${lostOfEnded(sql`l.mode = 'lenient'`, since)} UNION ALL ${lostOfEnded(sql`l.mode IS NULL AND v.mode = 'lenient'`, since)}) u) g ON true
      LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('way', i.way, 'agent', i.agent, 'position', i.position::text,
          'firstSeenAtMs', ${MS.firstSeenAt}, 'seenAtMs', ${MS.seenAt}, 'disconnectedAtMs', ${MS.disconnectedAt}, 'endedAtMs', ${MS.endedAt},
          'missesSinceMs', CASE WHEN i.way IN ('feed', 'poll') AND coalesce(i.position, 0) < ${headPosition}::bigint
            THEN (extract(epoch FROM coalesce(n.created_at, i.position_at, i.first_seen_at)) * 1000)::float8 END)) AS instances
        FROM (SELECT x.* FROM verifier_instance x WHERE x.verifier_id = v.id AND x.seen_at >= ${since}::timestamptz
          UNION SELECT y.* FROM (SELECT z.* FROM verifier_instance z WHERE z.verifier_id = v.id ORDER BY z.seen_at DESC LIMIT 1) y) i
        LEFT JOIN LATERAL (SELECT o.created_at FROM revocation_order o WHERE o.position > coalesce(i.position, 0)
          ORDER BY o.position LIMIT 1) n ON i.position < ${headPosition}::bigint) k ON true
      WHERE ${where} ORDER BY v.name, v.id`,
  );
  const checkers = records.map(({ askedAt, disabledAt, instances, ...record }) => ({
    ...record,
    isDisabled: disabledAt !== null,
    askedAtMs: askedAt?.getTime() ?? null,
    instances: instances.map(({ position, ...instance }) => ({
      ...instance,
      position: position === null ? null : BigInt(position),
    })),
  }));
  return { headPosition, checkers };
}
