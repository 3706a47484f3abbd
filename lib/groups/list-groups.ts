import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { ListQuery, Page, Total } from "../list-query/define-table.ts";
import { listRows } from "../list-query/list-rows.ts";
import { containing, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { GROUP_COLUMNS, type GroupRecord, groupRowOf } from "./get-group.ts";
import type { GroupRow } from "./model.ts";
import { GROUPS_TABLE } from "./table.ts";

/** One page of the groups with their sizes. Needs `group:read`. */
export async function listGroups(
  ctx: Context,
  query: ListQuery<typeof GROUPS_TABLE>,
): Promise<Page<GroupRow> & { total: Total }> {
  requirePermission(ctx, "group:read");
  const { filters, sort } = query;
  const where: Fragment[] = [];
  if (filters.q !== undefined)
    where.push(sql`(g.name || ' ' || g.description) ILIKE ${containing(filters.q)}`);
  if (filters.permission !== undefined)
    where.push(sql`EXISTS (SELECT FROM group_permission gp JOIN permission p ON p.id = gp.permission_id
      WHERE gp.group_id = g.id AND p.name = ANY (${filters.permission}::text[]))`);
  const page = await listRows<typeof GROUPS_TABLE, GroupRecord>(ctx, GROUPS_TABLE, query, {
    columns: GROUP_COLUMNS,
    from: sql`user_group g`,
    id: sql`g.id`,
    place: sort.key === "name" ? sql`lower(g.name)` : sql`g.created_at`,
    where,
  });
  return { ...page, rows: page.rows.map(groupRowOf) };
}
