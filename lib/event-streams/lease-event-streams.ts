import { heldFor, isFree } from "../db/leases.ts";
import type { Sql } from "../db/sql.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { type EventStreamRecord, readStreamRecords } from "./stream-record.ts";

/** Longer than a batch may take: nobody else takes a stream whose worker lives. */
export const LEASE_SECONDS = 30;

/**
 * Takes streams that run, wait for nothing, and that no living worker holds. One that this worker lost comes back when its lease is over.
 *
 * @param busy those that this worker is at.
 */
export async function leaseEventStreams(
  db: Sql,
  { workerId, busy, limit }: { workerId: string; busy: readonly string[]; limit: number },
): Promise<EventStreamRecord[]> {
  const taken = await db.query<{ id: string }>(
    `UPDATE event_stream s SET leased_by = $1::uuid, ${heldFor(LEASE_SECONDS)}
     FROM (SELECT id FROM event_stream WHERE status = 'running' AND id <> ALL ($2::uuid[]) AND (next_attempt_at IS NULL OR next_attempt_at <= clock_timestamp())
         AND ${isFree()}
       ORDER BY last_delivered_at NULLS FIRST LIMIT $3::int FOR UPDATE SKIP LOCKED) n
     WHERE s.id = n.id RETURNING s.id`,
    [workerId, busy, limit],
  );
  if (taken.length === 0) return [];
  return readStreamRecords(db, sql`s.id = ANY (${taken.map(({ id }) => id)}::uuid[])`);
}
