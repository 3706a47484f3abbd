import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { hasNoWayIn } from "./let-go.ts";
import type { AdminRow } from "./model.ts";

/** API tokens that work, or would if who made them were enabled: neither over nor of somebody who has no way in then either. `$1` is the time. */
const BACK = `FROM api_token t JOIN admin a ON a.id = t.created_by_id
  WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $1::timestamptz) AND NOT ${hasNoWayIn("a")}`;

/** Of one admin, whom the caller enables. */
export async function countTokensBack(
  db: Sql,
  { adminId, now }: { adminId: string; now: Date },
): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `SELECT count(*)::int AS count ${BACK} AND a.id = $2::uuid`,
    [now, adminId],
  );
  return row?.count ?? 0;
}

/** Of one admin, before anybody enables them: none where they are not disabled. Needs `admin:read`. */
export async function countTokensBackOf(
  ctx: Context,
  { id, state }: Pick<AdminRow, "id" | "state">,
): Promise<number> {
  requirePermission(ctx, "admin:read");
  return state === "disabled" ? countTokensBack(ctx.db, { adminId: id, now: ctx.now }) : 0;
}

/** By disabled admin how many would work again if they were enabled; who is not in it has none. Needs `admin:read`. */
export async function listTokensBack(ctx: Context): Promise<Record<string, number>> {
  requirePermission(ctx, "admin:read");
  const rows = await ctx.db.query<{ adminId: string; count: number }>(
    `SELECT a.id AS "adminId", count(*)::int AS count ${BACK} AND a.disabled_at IS NOT NULL GROUP BY a.id`,
    [ctx.now],
  );
  return Object.fromEntries(rows.map(({ adminId, count }) => [adminId, count]));
}
