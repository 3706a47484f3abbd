import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { recordClaimsChange } from "../signals/record-claims-change.ts";
import { readUser } from "./get-user.ts";
import type { SetUserGroupsInput } from "./input.ts";
import { USER_CHANGES, type UserDetail } from "./model.ts";
import { requireNotErased } from "./require-not-erased.ts";
import { saveMemberships } from "./save-memberships.ts";

/**
 * Puts a user into exactly these groups. Tokens that are out keep what they were given; the next refresh looks again and never
 * widens. The whole list is for the version that was read: a group that another admin took away meanwhile does not come back by it. A change is
 * recorded as `user.groups_changed`. Needs `user:write`.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, INVALID_INPUT for an unknown group, ALREADY_ENDED for one who was erased.
 */
export async function setUserGroups(
  ctx: Context,
  { userId, version, groupIds }: SetUserGroupsInput & { userId: string },
): Promise<UserDetail> {
  requirePermission(ctx, "user:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(userId))
      await tx.query("SELECT id FROM user_account WHERE id = $1::uuid FOR UPDATE", [userId]);
    const before = await readUser(tx, { id: userId, now: ctx.now });
    requireNotErased(before);
    await requireVersion(tx, version, {
      what: "The user",
      act: USER_CHANGES,
      targetId: userId,
      version: before.version,
    });
    await saveMemberships(tx, { userId, groupIds });
    const groups = (await readUser(tx, { id: userId, now: ctx.now })).groups.map((group) => group.name);
    const changes = changesOf({ groups: before.groups.map((group) => group.name) }, { groups });
    if (changes === null) return before;
    await tx.query(
      "UPDATE user_account SET updated_at = $2::timestamptz, version = version + 1 WHERE id = $1::uuid",
      [userId, ctx.now],
    );
    const user = await readUser(tx, { id: userId, now: ctx.now });
    await recordClaimsChange(tx, ctx, { userId, groups });
    await recordEntry(tx, ctx, {
      act: "user.groups_changed",
      target: { kind: "user", id: userId, name: user.email },
      ...changes,
    });
    return user;
  });
}
