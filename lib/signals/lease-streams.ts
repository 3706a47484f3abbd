import { hasCome, heldFor, isFree } from "../db/leases.ts";
import type { Sql } from "../db/sql.ts";
import { LEASE_SECONDS, type LeasedStream } from "./deliver-stream.ts";

/**
 * Takes streams that have something to send and wait for nothing, and that no living worker holds. One that this worker lost comes back when its lease is over.
 *
 * @param busy those that this worker is at.
 */
export async function leaseStreams(
  db: Sql,
  { workerId, busy, limit }: { workerId: string; busy: readonly string[]; limit: number },
): Promise<LeasedStream[]> {
  return db.query<LeasedStream>(
    `UPDATE signal_stream s SET leased_by = $1::uuid, ${heldFor(LEASE_SECONDS)}
     FROM (SELECT x.id FROM signal_stream x JOIN verifier v ON v.id = x.verifier_id, signal_head h
       WHERE h.id = 1 AND x.delivery = 'push' AND v.disabled_at IS NULL AND x.id <> ALL ($2::uuid[])
         AND ((x.status = 'enabled' AND x.cursor < h.sequence) OR x.notice_sequence IS NOT NULL)
         AND ${hasCome("x.next_attempt_at")}
         AND ${isFree("x.")}
       ORDER BY x.last_delivered_at NULLS FIRST LIMIT $3::int FOR UPDATE OF x SKIP LOCKED) n
     WHERE s.id = n.id
     RETURNING s.id, s.audience, s.endpoint_url AS "endpointUrl", s.authorization_wrapped AS "authorizationWrapped", s.failures, s.refusals`,
    [workerId, busy, limit],
  );
}
