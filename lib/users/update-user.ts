import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { emailTaken } from "./create-user.ts";
import { readUser } from "./get-user.ts";
import type { UpdateUserInput } from "./input.ts";
import { USER_CHANGES, type UserDetail } from "./model.ts";
import { requireNotErased } from "./require-not-erased.ts";

/**
 * Changes a user's e-mail, name or attributes. Recorded as `user.updated`. Needs `user:write`.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, CONFLICT, ALREADY_ENDED for one who was erased.
 */
export async function updateUser(
  ctx: Context,
  { userId, ...input }: UpdateUserInput & { userId: string },
): Promise<UserDetail> {
  requirePermission(ctx, "user:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(userId))
      await tx.query("SELECT id FROM user_account WHERE id = $1::uuid FOR UPDATE", [userId]);
    const user = await readUser(tx, { id: userId, now: ctx.now });
    requireNotErased(user);
    await requireVersion(tx, input.version, {
      what: "The user",
      act: USER_CHANGES,
      targetId: userId,
      version: user.version,
    });
    const before = { email: user.email, name: user.name, attributes: user.attributes };
    const after = {
      email: input.email ?? user.email,
      name: input.name ?? user.name,
      attributes: input.attributes ?? user.attributes,
    };
    const changes = changesOf(before, after);
    if (changes === null) return user;
    const [other] = await tx.query("SELECT id FROM user_account WHERE email = $1::text AND id <> $2::uuid", [
      after.email,
      userId,
    ]);
    if (other !== undefined) throw emailTaken();
    await tx.query(
      `UPDATE user_account SET email = $2::text, name = $3::text, attributes = $4::jsonb, updated_at = $5::timestamptz,
         version = version + 1 WHERE id = $1::uuid`,
      [userId, after.email, after.name, JSON.stringify(after.attributes), ctx.now],
    );
    const updated = await readUser(tx, { id: userId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "user.updated",
      target: { kind: "user", id: userId, name: updated.email },
      ...changes,
    });
    return updated;
  });
}
