import type { Sql } from "../db/sql.ts";
import type { KeyAsker } from "./key-holders.ts";

/** A poll is silent for a minute at the most. */
const HEARD_WITHIN = "2 minutes";

const SELECT_ASKERS = `
  SELECT v.id, v.name, v.check_way AS "checkWay", coalesce(k.firsts, '{}') AS "firstAtMs", coalesce(i.instances, '[]') AS instances
  FROM verifier v
  LEFT JOIN LATERAL (SELECT jsonb_object_agg(f.kid, (extract(epoch FROM f.first_at) * 1000)::float8) AS firsts
    FROM verifier_key f WHERE f.verifier_id = v.id) k ON true
  LEFT JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('way', x.way, 'seenAtMs', (extract(epoch FROM x.seen_at) * 1000)::float8,
      'disconnectedAtMs', (extract(epoch FROM x.disconnected_at) * 1000)::float8,
      'endedAtMs', (extract(epoch FROM x.ended_at) * 1000)::float8, 'kids', x.kids)) AS instances
    FROM verifier_instance x WHERE x.verifier_id = v.id AND x.seen_at >= $1::timestamptz - interval '${HEARD_WITHIN}') i ON true
  WHERE v.disabled_at IS NULL ORDER BY v.name, v.id`;

/** The enabled verifiers by name, with the keys that they are known to have, and what their processes that run say. */
export function readKeyAskers(db: Sql, now: Date): Promise<KeyAsker[]> {
  return db.query<KeyAsker>(SELECT_ASKERS, [now]);
}
