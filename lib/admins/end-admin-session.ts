import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { getAdminRow } from "./list-admins.ts";

/**
 * Ends one session of an admin at once; one that has ended stays so. One's own need no permission, another's `admin:write`. Recorded as
 * `admin.session_ended` the first time.
 *
 * @throws {DomainError} NOT_FOUND for an admin or a session of theirs that is not on record.
 */
export async function endAdminSession(
  ctx: Context,
  { adminId, sessionId }: { adminId: string; sessionId: string },
): Promise<{ ended: number }> {
  const isOwn = ctx.actor.kind === "admin" && ctx.actor.id === adminId;
  if (!isOwn) requirePermission(ctx, "admin:write");
  return ctx.db.transaction(async (tx) => {
    const admin = await getAdminRow(tx, { id: adminId, now: ctx.now });
    const [session] = isUuid(sessionId)
      ? await tx.query<{ endedAt: Date | null; ip: string | null; createdAt: Date }>(
          `SELECT ended_at AS "endedAt", ip, created_at AS "createdAt" FROM admin_session
           WHERE id = $1::uuid AND admin_id = $2::uuid FOR UPDATE`,
          [sessionId, admin.id],
        )
      : [];
    if (session === undefined) throw notFound("The session");
    if (session.endedAt !== null) return { ended: 0 };
    await tx.query(
      "UPDATE admin_session SET ended_at = $2::timestamptz, ended_reason = 'ended_by_admin' WHERE id = $1::uuid",
      [sessionId, ctx.now],
    );
    await recordEntry(tx, ctx, {
      act: "admin.session_ended",
      target: { kind: "admin", id: admin.id, name: admin.email },
      before: { sessionFrom: session.createdAt.toISOString(), sessionAddress: session.ip },
    });
    return { ended: 1 };
  });
}
