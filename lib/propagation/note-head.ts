import type { Sql } from "../db/sql.ts";

const MARK = `
  WITH head AS (SELECT position, clock_timestamp() AS at FROM feed_head WHERE id = 1), sighted AS (
    INSERT INTO feed_sighting (position, at) SELECT position, at FROM head WHERE position > $1::bigint ON CONFLICT DO NOTHING)
  SELECT position FROM head`;

/**
 * Notes where the feed's head is, if it is beyond `noted`: what is there has been committed by now.
 *
 * @returns where it is.
 */
export async function noteFeedHead(db: Sql, noted: bigint): Promise<bigint> {
  const [head] = await db.query<{ position: bigint }>(MARK, [noted]);
  return head?.position ?? noted;
}
