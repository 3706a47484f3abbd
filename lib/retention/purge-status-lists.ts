import type { Sql } from "../db/sql.ts";

/** A list stays on record for so long after the last of its tokens expired. Their own rows go on naming it. */
const KEPT = "7 days";

/**
 * Takes away the status lists whose tokens have all expired long ago: nobody can ask for them any more.
 *
 * @param db with the retention role.
 * @returns the lists that left.
 */
export async function purgeStatusLists(db: Sql, now: Date): Promise<number> {
  const gone = await db.query(
    `DELETE FROM status_list WHERE lives_until < $1::timestamptz - interval '${KEPT}' RETURNING id`,
    [now],
  );
  return gone.length;
}
