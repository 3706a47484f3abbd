import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { GroupDetail, GroupRow } from "./model.ts";

export type GroupRecord = Omit<GroupRow, "createdAt"> & { createdAt: Date };

type DetailRecord = GroupRecord & Pick<GroupDetail, "permissions" | "clients" | "version">;

/** The columns of a GroupRow over `user_group g`. */
export const GROUP_COLUMNS = sql`g.name, g.description, g.created_at AS "createdAt",
  (SELECT count(*)::int FROM group_member m WHERE m.group_id = g.id) AS "memberCount",
  (SELECT count(*)::int FROM group_client c WHERE c.group_id = g.id) AS "clientCount",
  (SELECT count(*)::int FROM group_permission p WHERE p.group_id = g.id) AS "permissionCount",
  ARRAY(SELECT p.name FROM group_permission gp JOIN permission p ON p.id = gp.permission_id WHERE gp.group_id = g.id ORDER BY p.name)
    AS "permissionNames"`;

/** One group with its permissions and service clients; its people are the users list filtered by it. Needs `group:read`. */
export async function getGroup(ctx: Context, { groupId }: { groupId: string }): Promise<GroupDetail> {
  requirePermission(ctx, "group:read");
  return readGroup(ctx.db, groupId);
}

/** The same for use cases. @throws {DomainError} NOT_FOUND */
export async function readGroup(db: Sql, id: string): Promise<GroupDetail> {
  const [record] = isUuid(id)
    ? await run<DetailRecord>(
        db,
        sql`SELECT g.id, g.version, ${GROUP_COLUMNS},
            (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'audience', a.name, 'description', p.description)
                ORDER BY p.name), '[]') FROM group_permission gp JOIN permission p ON p.id = gp.permission_id
              JOIN audience a ON a.id = p.audience_id WHERE gp.group_id = g.id) AS permissions,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'clientId', c.client_id, 'name', c.name) ORDER BY c.name), '[]')
              FROM group_client gc JOIN client c ON c.id = gc.client_id WHERE gc.group_id = g.id) AS clients
          FROM user_group g WHERE g.id = ${id}::uuid`,
      )
    : [];
  if (record === undefined) throw notFound("The group");
  return {
    ...groupRowOf(record),
    permissions: record.permissions.map((permission) => ({ ...permission })),
    clients: record.clients.map((client) => ({ ...client })),
    version: record.version,
  };
}

export function groupRowOf(record: GroupRecord): GroupRow {
  return {
    id: record.id,
    name: record.name,
    description: record.description,
    memberCount: record.memberCount,
    clientCount: record.clientCount,
    permissionCount: record.permissionCount,
    permissionNames: [...record.permissionNames],
    createdAt: record.createdAt.toISOString(),
  };
}
