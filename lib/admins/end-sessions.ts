import type { Sql } from "../db/sql.ts";

/** Of no session: who is not there, such as who asked for what another person approves, spares none. */
const NONE = "00000000-0000-0000-0000-000000000000";

/** Ends an admin's live sessions inside the caller's transaction, one of them spared where told; answers how many. */
export async function endSessions(
  tx: Sql,
  options: { adminId: string; now: Date; reason: string; except?: string | undefined },
): Promise<number> {
  const rows = await tx.query(
    `UPDATE admin_session SET ended_at = $2::timestamptz, ended_reason = $3::text
     WHERE admin_id = $1::uuid AND ended_at IS NULL AND id <> $4::uuid RETURNING id`,
    [options.adminId, options.now, options.reason, options.except || NONE],
  );
  return rows.length;
}
