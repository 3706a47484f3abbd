import { hasCome, heldFor, isFree } from "../db/leases.ts";
import type { Sql } from "../db/sql.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { type EventStreamRecord, readStreamRecords } from "./stream-record.ts";

/** Longer than a batch may take: nobody else takes a stream whose worker lives. */
export const LEASE_SECONDS = 30;

/**
 * A place among the uses that was written while the clock was ahead bounds nothing: written down so as soon as the clock is right, of streams that are paused too, so that none goes on from it once
 * its time has come. See `ofPresent`.
 */
const SETTLE = `UPDATE event_stream SET uses_low = CASE WHEN uses_low > clock_timestamp() THEN 'epoch' ELSE uses_low END,
    uses_epoch_low = CASE WHEN uses_epoch_low > clock_timestamp() THEN 'epoch' ELSE uses_epoch_low END
  WHERE uses_low > clock_timestamp() OR uses_epoch_low > clock_timestamp()`;

/**
 * Takes streams that run, wait for nothing, and that no living worker holds. One that this worker lost comes back when its lease is over.
 *
 * @param busy those that this worker is at.
 */
export async function leaseEventStreams(
  db: Sql,
  { workerId, busy, limit }: { workerId: string; busy: readonly string[]; limit: number },
): Promise<EventStreamRecord[]> {
  await db.query(SETTLE);
  const taken = await db.query<{ id: string }>(
    `UPDATE event_stream s SET leased_by = $1::uuid, ${heldFor(LEASE_SECONDS)}
     FROM (SELECT id FROM event_stream WHERE status = 'running' AND id <> ALL ($2::uuid[]) AND ${hasCome("next_attempt_at")}
         AND ${isFree()}
       ORDER BY last_delivered_at NULLS FIRST LIMIT $3::int FOR UPDATE SKIP LOCKED) n
     WHERE s.id = n.id RETURNING s.id`,
    [workerId, busy, limit],
  );
  if (taken.length === 0) return [];
  return readStreamRecords(db, sql`s.id = ANY (${taken.map(({ id }) => id)}::uuid[])`);
}
