import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { recordClaimsChange } from "../signals/record-claims-change.ts";
import { readGroup } from "./get-group.ts";
import type { UpdateGroupInput } from "./input.ts";
import type { GroupDetail } from "./model.ts";
import { lockGroupNames, requireFreeGroupName, saveGroupPermissions } from "./save-group-permissions.ts";

/**
 * Changes a group's name, description or permissions. Tokens that are out keep what they were given; refreshes look again.
 * Recorded as `group.updated`. Needs `group:write`.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, CONFLICT, INVALID_INPUT
 */
export async function updateGroup(
  ctx: Context,
  { groupId, ...input }: UpdateGroupInput & { groupId: string },
): Promise<GroupDetail> {
  requirePermission(ctx, "group:write");
  return ctx.db.transaction(async (tx) => {
    if (input.name !== undefined) await lockGroupNames(tx);
    if (isUuid(groupId))
      await tx.query("SELECT id FROM user_group WHERE id = $1::uuid FOR UPDATE", [groupId]);
    const group = await readGroup(tx, groupId);
    await requireVersion(tx, input.version, {
      what: "The group",
      act: "group.updated",
      targetId: groupId,
      version: group.version,
    });
    const name = input.name ?? group.name;
    if (name !== group.name) await requireFreeGroupName(tx, { id: groupId, name });
    await tx.query("UPDATE user_group SET name = $2::text, description = $3::text WHERE id = $1::uuid", [
      groupId,
      name,
      input.description ?? group.description,
    ]);
    if (input.permissionIds !== undefined)
      await saveGroupPermissions(tx, { groupId, permissionIds: input.permissionIds });
    const updated = await readGroup(tx, groupId);
    const changes = changesOf(fieldsOf(group), fieldsOf(updated));
    if (changes === null) return group;
    if ("permissions" in changes.after)
      await recordClaimsChange(tx, ctx, {
        group: updated.name,
        entitlements: updated.permissions.map((permission) => permission.name),
      });
    await tx.query("UPDATE user_group SET version = version + 1 WHERE id = $1::uuid", [groupId]);
    await recordEntry(tx, ctx, {
      act: "group.updated",
      target: { kind: "group", id: groupId, name: updated.name },
      ...changes,
    });
    return { ...updated, version: group.version + 1 };
  });
}

function fieldsOf(group: GroupDetail): Record<string, unknown> {
  return {
    name: group.name,
    description: group.description,
    permissions: group.permissions.map((permission) => permission.name),
  };
}
