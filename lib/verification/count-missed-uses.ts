import type { Database } from "../db/database.ts";

/** A writer that has not been heard of for so long is taken for dead. */
const DEAD_AFTER_SECONDS = 30;
/** How far the clocks of an authority and of the database may be apart, and how long a statement may have been under way. */
const MARGIN = "2 minutes";

const TAKE = `
  SELECT id, counted_flush AS "countedFlush", open_flushes AS "openFlushes", seen_at AS "seenAt" FROM evidence_writer
  WHERE ended_at IS NULL AND seen_at < clock_timestamp() - make_interval(secs => $1::int) ORDER BY seen_at LIMIT 1 FOR UPDATE SKIP LOCKED`;

const COUNT = `
  WITH missed AS MATERIALIZED (
    SELECT token_id, outcome, at, ip, flush FROM token_use
    WHERE received_at >= $4::timestamptz - $5::interval AND writer_id = $1::uuid AND (flush > $2::bigint OR flush = ANY ($3::bigint[]))
  ), counted AS (
    INSERT INTO token_usage AS u (token_id, last_used_at, use_count, refused_count, last_ip)
    SELECT token_id, max(at) FILTER (WHERE outcome = 'allowed'), count(*) FILTER (WHERE outcome = 'allowed'),
      count(*) FILTER (WHERE outcome = 'refused'), (array_agg(ip ORDER BY at DESC) FILTER (WHERE ip IS NOT NULL))[1]
    FROM missed WHERE outcome <> 'issued' GROUP BY token_id ORDER BY token_id
    ON CONFLICT (token_id) DO UPDATE SET last_used_at = greatest(u.last_used_at, excluded.last_used_at),
      use_count = u.use_count + excluded.use_count, refused_count = u.refused_count + excluded.refused_count,
      last_ip = CASE WHEN excluded.last_used_at < u.last_used_at THEN u.last_ip ELSE coalesce(excluded.last_ip, u.last_ip) END
  ), ended AS (
    UPDATE evidence_writer SET ended_at = clock_timestamp(), reconciled_flush = greatest($2::bigint, (SELECT max(flush) FROM missed))
    WHERE id = $1::uuid
  )
  SELECT count(*) FILTER (WHERE outcome <> 'issued') AS count FROM missed`;

const FORGET = "DELETE FROM evidence_writer WHERE ended_at < clock_timestamp() - interval '7 days'";

/**
 * Counts what writers that died had written and not counted, from the evidence, each writer in one transaction and once. A writer that was
 * only frozen finds that out by itself and goes on after it.
 *
 * @returns the uses that were made up for.
 */
export async function countMissedUses(db: Database, deadAfterSeconds = DEAD_AFTER_SECONDS): Promise<number> {
  let uses = 0;
  for (;;) {
    const counted = await db.transaction(async (tx) => {
      const [writer] = await tx.query<{
        id: string;
        countedFlush: bigint;
        openFlushes: bigint[];
        seenAt: Date;
      }>(TAKE, [deadAfterSeconds]);
      if (writer === undefined) return null;
      const { id, countedFlush, openFlushes, seenAt } = writer;
      const [row] = await tx.query<{ count: bigint }>(COUNT, [id, countedFlush, openFlushes, seenAt, MARGIN]);
      return Number(row?.count ?? 0);
    });
    if (counted === null) break;
    uses += counted;
  }
  await db.query(FORGET);
  return uses;
}
