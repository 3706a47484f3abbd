import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { endSessions } from "./end-sessions.ts";
import { getAdminRow } from "./list-admins.ts";

/**
 * Ends every session of an admin at once; of one's own, all but the one that asks. One's own need no permission, another's
 * `admin:write`. Recorded as `admin.sessions_ended`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function endAdminSessions(
  ctx: Context,
  { adminId }: { adminId: string },
): Promise<{ ended: number }> {
  const own = ctx.actor.kind === "admin" && ctx.actor.id === adminId ? ctx.actor.sessionId : undefined;
  if (own === undefined) requirePermission(ctx, "admin:write");
  return ctx.db.transaction(async (tx) => {
    const admin = await getAdminRow(tx, { id: adminId, now: ctx.now });
    const ended = await endSessions(tx, { adminId, now: ctx.now, reason: "ended_by_admin", except: own });
    await recordEntry(tx, ctx, {
      act: "admin.sessions_ended",
      target: { kind: "admin", id: adminId, name: admin.email },
      after: { endedSessions: ended },
    });
    return { ended };
  });
}
