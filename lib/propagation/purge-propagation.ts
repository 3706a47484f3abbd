import type { Sql } from "../db/sql.ts";

const KEPT = "30 days";
/** A stretch of acknowledgements that is thinned in one statement. */
const STRETCH_MS = 600_000;
const HOUR_MS = 3_600_000;

/**
 * Of an instance's acknowledgements within `$3` seconds the last one stays: an order before it then counts as acknowledged later than it was, by less than
 * that, and never sooner. One that stands alone stays as it is.
 */
const THIN = `
  WITH gone AS (
    DELETE FROM feed_acknowledgement f USING (
      SELECT a.verifier_id, a.instance_id, a.position, row_number() OVER (
        PARTITION BY a.verifier_id, a.instance_id, floor(extract(epoch FROM a.at) / $3::int) ORDER BY a.position DESC) AS place
      FROM feed_acknowledgement a WHERE a.at >= $1::timestamptz AND a.at < $2::timestamptz) x
    WHERE x.place > 1 AND f.verifier_id = x.verifier_id AND f.instance_id = x.instance_id AND f.position = x.position
    RETURNING 1)
  SELECT count(*) AS count FROM gone`;

async function thin(db: Sql, { from, to, seconds }: { from: number; to: number; seconds: number }) {
  let gone = 0;
  // whole stretches: none of them cuts a minute, or ten, in two
  for (let at = Math.floor(from / STRETCH_MS) * STRETCH_MS; at + STRETCH_MS <= to; at += STRETCH_MS) {
    const [row] = await db.query<{ count: bigint }>(THIN, [new Date(at), new Date(at + STRETCH_MS), seconds]);
    gone += Number(row?.count ?? 0);
  }
  return gone;
}

/**
 * Thins what instances acknowledged: one a minute each after an hour, one in ten minutes after a day; so that a feed that moves every second leaves some
 * nine thousand rows of an instance in 30 days at most, and not two million. Takes away where the feed's head was, and the audiences that verifiers had,
 * after 30 days. To be called every hour; a day that was missed is made up for.
 */
export async function purgePropagation(db: Sql, now: Date): Promise<{ thinned: number }> {
  const ms = now.getTime();
  const thinned =
    (await thin(db, { from: ms - 26 * HOUR_MS, to: ms - HOUR_MS, seconds: 60 })) +
    (await thin(db, { from: ms - 50 * HOUR_MS, to: ms - 24 * HOUR_MS, seconds: 600 }));
  await db.query(`DELETE FROM feed_sighting WHERE at < $1::timestamptz - interval '${KEPT}'`, [now]);
  await db.query(
    `DELETE FROM former_verifier_audience WHERE removed_at < $1::timestamptz - interval '${KEPT}'`,
    [now],
  );
  return { thinned };
}
