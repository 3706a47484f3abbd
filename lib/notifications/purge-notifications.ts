import type { Sql } from "../db/sql.ts";
import { KEPT_DAYS } from "./model.ts";

/** Takes away what admins were told long ago, read or not, sent or not: what it was about is on record elsewhere. @param db with the retention role. */
export async function purgeNotifications(db: Sql, now: Date): Promise<number> {
  const gone = await db.query(
    `DELETE FROM notification WHERE at < $1::timestamptz - interval '${KEPT_DAYS} days' RETURNING id`,
    [now],
  );
  await db.query(`DELETE FROM order_presented WHERE at < $1::timestamptz - interval '${KEPT_DAYS} days'`, [
    now,
  ]);
  return gone.length;
}
