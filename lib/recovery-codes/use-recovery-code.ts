import { tellWayInChanged } from "../admins/tell-way-in-changed.ts";
import { recordEntry } from "../audit/record-entry.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { hashRecoveryCode } from "./recovery-code.ts";

/**
 * Uses a recovery code up inside the caller's transaction, which the admin's row is locked by, and tells them. Recorded as `recovery_code.used`, with how many are left.
 *
 * @returns false for one that is unknown, replaced or used.
 */
export async function useRecoveryCode(
  tx: Sql,
  ctx: Context,
  admin: { id: string; email: string; role: Role },
  typed: string,
): Promise<boolean> {
  const used = await tx.query(
    `UPDATE recovery_code SET used_at = $3::timestamptz
     WHERE admin_id = $1::uuid AND code_hash = $2::bytea AND used_at IS NULL RETURNING used_at`,
    [admin.id, hashRecoveryCode(admin.id, typed), ctx.now],
  );
  if (used.length === 0) return false;
  const [row] = await tx.query<{ left: number }>(
    `SELECT count(*)::int AS left FROM recovery_code WHERE admin_id = $1::uuid AND used_at IS NULL`,
    [admin.id],
  );
  const actor = { kind: "admin", id: admin.id, name: admin.email, role: admin.role, sessionId: "" } as const;
  const asAdmin = { ...ctx, actor };
  const left = row?.left ?? 0;
  await tellWayInChanged(tx, asAdmin, {
    actor,
    what: "A recovery code of yours was used to sign in",
    means: left === 0 ? "It was the last: make new ones." : `You have ${left} left.`,
  });
  await recordEntry(tx, asAdmin, {
    act: "recovery_code.used",
    target: { kind: "admin", id: admin.id, name: admin.email },
    after: { left },
  });
  return true;
}
