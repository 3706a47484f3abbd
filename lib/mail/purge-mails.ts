import type { Sql } from "../db/sql.ts";
import { forgetFormerServers } from "./former-server.ts";

/** How long what has ended, and belongs to no case, stays. */
const KEPT = "90 days";

/** Takes away mails that ended long ago. Those of a case stay with it. @param db with the retention role. */
export async function purgeMails(db: Sql, now: Date): Promise<number> {
  const gone = await db.query(
    `DELETE FROM mail WHERE state <> 'queued' AND incident_id IS NULL AND created_at < $1::timestamptz - interval '${KEPT}' RETURNING id`,
    [now],
  );
  await forgetFormerServers(db, null);
  return gone.length;
}
