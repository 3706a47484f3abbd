import type { Role } from "../authz/roles.ts";
import type { Sql } from "../db/sql.ts";

export type LiveSession = { id: string; adminId: string; email: string; name: string; role: Role };

/** Looking at a session writes at most this often. */
const TOUCH_SECONDS = 60;

/**
 * The session of an id while it lasts: not ended, within its idle and absolute limits, its admin enabled, and the way that it
 * was opened by still open: its provider enabled, or sign-in without one. Null otherwise.
 * Notes that it was seen, at most once a minute.
 */
export async function findSession(
  db: Sql,
  { sessionId, now }: { sessionId: string; now: Date },
): Promise<LiveSession | null> {
  const [row] = await db.query<LiveSession & { lastSeenAt: Date }>(
    `SELECT s.id, a.id AS "adminId", a.email, a.name, a.role, s.last_seen_at AS "lastSeenAt"
     FROM admin_session s JOIN admin a ON a.id = s.admin_id LEFT JOIN sign_in_provider p ON p.id = s.provider_id
     WHERE s.id = $1::uuid AND s.ended_at IS NULL AND a.disabled_at IS NULL AND s.absolute_expires_at > $2::timestamptz
       AND s.last_seen_at + make_interval(secs => s.idle_seconds) > $2::timestamptz
       AND CASE WHEN s.signed_in_by = 'provider' THEN p.id IS NOT NULL AND p.disabled_at IS NULL
         ELSE (a.is_break_glass AND a.role = 'owner') OR NOT EXISTS (SELECT FROM sign_in_policy l WHERE l.local_off_at IS NOT NULL) END`,
    [sessionId, now],
  );
  if (row === undefined) return null;
  if (now.getTime() - row.lastSeenAt.getTime() >= TOUCH_SECONDS * 1000)
    await db.query(
      "UPDATE admin_session SET last_seen_at = $2::timestamptz WHERE id = $1::uuid AND ended_at IS NULL AND last_seen_at < $2::timestamptz",
      [sessionId, now],
    );
  return { id: row.id, adminId: row.adminId, email: row.email, name: row.name, role: row.role };
}
