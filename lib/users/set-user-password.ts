import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { requireNotGuessable } from "../passwords/guessable.ts";
import { hashPassword } from "../passwords/hash-password.ts";
import { readUser } from "./get-user.ts";
import type { UserDetail } from "./model.ts";
import { requireNotErased } from "./require-not-erased.ts";

/**
 * Sets a user's password; their sign-on sessions end, so that the next sign-in needs it. Tokens that are out go on: revoke them
 * where the account was taken over. Recorded as `user.password_set`. Needs `user:write`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED for one who was erased.
 */
export async function setUserPassword(
  ctx: Context,
  { userId, password }: { userId: string; password: string },
): Promise<UserDetail> {
  requirePermission(ctx, "user:write");
  if (isUuid(userId)) requireNotGuessable(password, await readUser(ctx.db, { id: userId, now: ctx.now }));
  const passwordHash = await hashPassword(password);
  return ctx.db.transaction(async (tx) => {
    if (isUuid(userId))
      await tx.query("SELECT id FROM user_account WHERE id = $1::uuid FOR UPDATE", [userId]);
    const user = await readUser(tx, { id: userId, now: ctx.now });
    requireNotErased(user);
    await tx.query(
      "UPDATE user_account SET password_hash = $2::text, updated_at = $3::timestamptz WHERE id = $1::uuid",
      [userId, passwordHash, ctx.now],
    );
    const ended = await tx.query<{ model: string }>(
      `DELETE FROM protocol_state WHERE account_id = $1::text AND model IN ('Session', 'AuthorizationCode', 'Interaction')
       RETURNING model`,
      [userId],
    );
    const updated = await readUser(tx, { id: userId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "user.password_set",
      target: { kind: "user", id: userId, name: user.email },
      before: { hasPassword: user.hasPassword },
      after: { hasPassword: true, endedSessions: ended.filter((row) => row.model === "Session").length },
    });
    return updated;
  });
}
