import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { readGroup } from "./get-group.ts";
import type { CreateGroupInput } from "./input.ts";
import type { GroupDetail } from "./model.ts";
import { requireFreeGroupName, saveGroupPermissions } from "./save-group-permissions.ts";

/**
 * Makes a group with its permissions. Recorded as `group.created`. Needs `group:write`.
 *
 * @throws {DomainError} CONFLICT for a name that is taken, INVALID_INPUT for an unknown permission.
 */
export async function createGroup(ctx: Context, input: CreateGroupInput): Promise<GroupDetail> {
  requirePermission(ctx, "group:write");
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    await requireFreeGroupName(tx, { id, name: input.name });
    await tx.query(
      "INSERT INTO user_group (id, name, description, created_at) VALUES ($1::uuid, $2::text, $3::text, $4::timestamptz)",
      [id, input.name, input.description, ctx.now],
    );
    await saveGroupPermissions(tx, { groupId: id, permissionIds: input.permissionIds });
    const group = await readGroup(tx, id);
    await recordEntry(tx, ctx, {
      act: "group.created",
      target: { kind: "group", id, name: group.name },
      after: {
        name: group.name,
        description: group.description,
        permissions: group.permissions.map((permission) => permission.name),
      },
    });
    return group;
  });
}
