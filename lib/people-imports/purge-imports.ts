import type { Sql } from "../db/sql.ts";

/** Takes files away that were not applied in time, with their rows. What was applied stays. */
export async function purgeImports(db: Sql, now: Date): Promise<number> {
  const gone = await db.query(
    "DELETE FROM people_import WHERE expires_at <= $1::timestamptz AND state <> 'applied' RETURNING id",
    [now],
  );
  return gone.length;
}
