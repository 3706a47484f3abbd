import { changesOf } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { recordClaimsChange } from "../signals/record-claims-change.ts";
import { readUser } from "./get-user.ts";
import type { SetUserGroupsInput } from "./input.ts";
import type { UserDetail } from "./model.ts";
import { requireNotErased } from "./require-not-erased.ts";
import { saveMemberships } from "./save-memberships.ts";

/**
 * Puts a user into exactly these groups. Tokens that are out keep what they were given; the next refresh looks again and never
 * widens. Idempotent; a change is recorded as `user.groups_changed`. Needs `user:write`.
 *
 * @throws {DomainError} NOT_FOUND, INVALID_INPUT for an unknown group, ALREADY_ENDED for one who was erased.
 */
export async function setUserGroups(
  ctx: Context,
  { userId, groupIds }: SetUserGroupsInput & { userId: string },
): Promise<UserDetail> {
  requirePermission(ctx, "user:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(userId))
      await tx.query("SELECT id FROM user_account WHERE id = $1::uuid FOR UPDATE", [userId]);
    const before = await readUser(tx, { id: userId, now: ctx.now });
    requireNotErased(before);
    await saveMemberships(tx, { userId, groupIds });
    const user = await readUser(tx, { id: userId, now: ctx.now });
    const changes = changesOf(
      { groups: before.groups.map((group) => group.name) },
      { groups: user.groups.map((group) => group.name) },
    );
    if (changes === null) return before;
    await recordClaimsChange(tx, ctx, { userId, groups: user.groups.map((group) => group.name) });
    await recordEntry(tx, ctx, {
      act: "user.groups_changed",
      target: { kind: "user", id: userId, name: user.email },
      ...changes,
    });
    return user;
  });
}
