import { hasNoWayIn } from "../admins/let-go.ts";
import type { Context } from "../context.ts";
import { run, sql, trusted } from "../list-query/sql-fragment.ts";

/**
 * Whether the actor of a long connection still may be there: the session not ended, idle or over, the admin enabled, the API token good and its creator too.
 * Looking is no activity: it keeps no session alive.
 */
export async function isStillSignedIn(ctx: Context, now: Date): Promise<boolean> {
  const { actor } = ctx;
  if (actor.kind === "admin") {
    const rows = await run(
      ctx.db,
      sql`SELECT 1 FROM admin_session s JOIN admin a ON a.id = s.admin_id WHERE s.id = ${actor.sessionId}::uuid AND s.ended_at IS NULL
        AND a.disabled_at IS NULL AND a.role = ${actor.role} AND s.absolute_expires_at > ${now}::timestamptz
        AND s.last_seen_at + make_interval(secs => s.idle_seconds) > ${now}::timestamptz`,
    );
    return rows.length > 0;
  }
  if (actor.kind === "api_token") {
    const rows = await run(
      ctx.db,
      sql`SELECT 1 FROM api_token t LEFT JOIN admin a ON a.id = t.created_by_id
        WHERE t.id = ${actor.id}::uuid AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ${now}::timestamptz)
          AND a.disabled_at IS NULL AND NOT ${trusted(hasNoWayIn("a"))} AND (a.id IS NULL OR a.role = ${actor.creatorRole ?? ""})`,
    );
    return rows.length > 0;
  }
  return false;
}
