import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { readUser } from "./get-user.ts";
import type { UserDetail } from "./model.ts";
import { requireNotErased } from "./require-not-erased.ts";

/**
 * Lets a disabled user sign in again. No token comes back: what was revoked stays revoked. Recorded as `user.enabled`.
 * Needs `user:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a user who is enabled, ALREADY_ENDED for one who was erased.
 */
export async function enableUser(ctx: Context, { userId }: { userId: string }): Promise<UserDetail> {
  requirePermission(ctx, "user:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(userId))
      await tx.query("SELECT id FROM user_account WHERE id = $1::uuid FOR UPDATE", [userId]);
    const before = await readUser(tx, { id: userId, now: ctx.now });
    requireNotErased(before);
    if (before.state === "enabled") throw new DomainError("CONFLICT", "This user is not disabled.");
    await tx.query(
      "UPDATE user_account SET disabled_at = NULL, updated_at = $2::timestamptz WHERE id = $1::uuid",
      [userId, ctx.now],
    );
    const user = await readUser(tx, { id: userId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "user.enabled",
      target: { kind: "user", id: userId, name: user.email },
      before: { state: "disabled" },
      after: { state: "enabled" },
    });
    return user;
  });
}
