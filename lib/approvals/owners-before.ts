import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";

/** So long who was an owner before a break-glass has it for themselves to review; then, where none of them is left, a later owner may. */
export const REVIEW_RESERVED_DAYS = 7;

/** Of a break-glass that nobody has reviewed (`g`): whether an admin ($1) was no owner before it, and is no judge of it at a time ($2). */
export const CAME_AFTER = `g.way = 'break_glass' AND g.reviewed_at IS NULL AND g.owners_before IS NOT NULL AND NOT $1::uuid = ANY (g.owners_before)
  AND (g.created_at > $2::timestamptz - interval '${REVIEW_RESERVED_DAYS} days' OR EXISTS (SELECT FROM admin o
    WHERE o.id = ANY (g.owners_before) AND o.id::text <> g.person_id AND o.role = 'owner' AND o.disabled_at IS NULL))`;

/** Who are owners, before an act that may make others or shut some out. */
export async function readOwners(tx: Sql): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    "SELECT id FROM admin WHERE role = 'owner' AND disabled_at IS NULL ORDER BY id",
  );
  return rows.map(({ id }) => id);
}

/** Whether somebody is an owner who was none before a break-glass that is not reviewed: it may have made them, by itself or by what followed. */
export async function isOwnerSinceBreakGlass(
  db: Sql,
  { now }: Pick<SqlContext, "now">,
  adminId: string,
): Promise<boolean> {
  if (!isUuid(adminId)) return false;
  const rows = await db.query(
    `SELECT 1 AS found FROM admin x WHERE x.id = $1::uuid AND x.role = 'owner' AND EXISTS (SELECT FROM approval g WHERE ${CAME_AFTER})`,
    [adminId, now],
  );
  return rows.length > 0;
}
