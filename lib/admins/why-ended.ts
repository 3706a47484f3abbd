import type { Sql } from "../db/sql.ts";

/** Why a session ended, where it helps whoever held it and tells nobody else anything. */
export const ENDED_WHYS = [
  "admin_disabled",
  "role_changed",
  "ended_by_admin",
  "factors_changed",
  "password_changed",
  "enrolment_reset",
  "enrolment_reset_on_machine",
  "local_sign_in_off",
  "provider_changed",
  "provider_disabled",
  "provider_removed",
] as const;
export type EndedWhy = (typeof ENDED_WHYS)[number];

/** Of a session whose cookie the caller holds. Null for one that ran out or goes on, and for what is nobody's to know, such as that a copy of a passkey was found. */
export async function readWhyEnded(db: Sql, sessionId: string): Promise<EndedWhy | null> {
  const [row] = await db.query<{ reason: string | null }>(
    `SELECT CASE WHEN a.disabled_at IS NOT NULL THEN 'admin_disabled' ELSE s.ended_reason END AS reason
     FROM admin_session s JOIN admin a ON a.id = s.admin_id WHERE s.id = $1::uuid AND (s.ended_at IS NOT NULL OR a.disabled_at IS NOT NULL)`,
    [sessionId],
  );
  return ENDED_WHYS.find((why) => why === row?.reason) ?? null;
}
