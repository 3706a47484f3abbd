import type { SqlDatabase } from "../db/sql-database.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { EVENT_DAYS } from "./model.ts";
import { IS_FOR_STREAM } from "./stream-record.ts";

const BATCH = 5_000;
/** Longer than an event of a peer may be old: what could come again is known. */
const RECEIVED_DAYS = 30;

/**
 * Takes events away that every stream is past, and those that are too old for whoever has not taken them: each stream that loses some says how many. And what peers
 * have sent long ago.
 *
 * @returns how many events of the log are gone.
 */
export async function purgeSignals(db: SqlDatabase, now: Date): Promise<number> {
  const tooOld = new Date(now.getTime() - EVENT_DAYS * 86_400_000);
  await db.transaction(async (tx) => {
    const old = sql`(SELECT max(o.sequence) FROM signal_event o WHERE o.at < ${tooOld}::timestamptz)`;
    await run(
      tx,
      sql`UPDATE signal_stream s SET lost = s.lost + (SELECT count(*) FROM signal_event e WHERE e.sequence > s.cursor AND e.sequence <= o.last AND ${IS_FOR_STREAM}
            AND NOT EXISTS (SELECT FROM signal_acknowledgement k WHERE k.stream_id = s.id AND k.sequence = e.sequence)),
          cursor = o.last
        FROM (SELECT ${old} AS last) o WHERE o.last > s.cursor`,
    );
    await tx.query(
      "DELETE FROM signal_acknowledgement k USING signal_stream s WHERE s.id = k.stream_id AND k.sequence <= s.cursor",
    );
  });
  let purged = 0;
  for (;;) {
    // without a stream everything may go
    const gone = await db.query(
      `DELETE FROM signal_event WHERE sequence IN (SELECT e.sequence FROM signal_event e
         WHERE e.sequence <= coalesce((SELECT min(least(s.cursor, coalesce(s.notice_sequence - 1, s.cursor))) FROM signal_stream s),
           (SELECT sequence FROM signal_head WHERE id = 1))
         ORDER BY e.sequence LIMIT ${BATCH}) RETURNING 1`,
    );
    purged += gone.length;
    if (gone.length < BATCH) break;
  }
  await db.query(
    `DELETE FROM received_signal WHERE received_at < $1::timestamptz - interval '${RECEIVED_DAYS} days'`,
    [now],
  );
  return purged;
}
