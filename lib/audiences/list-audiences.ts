import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { ListQuery, Page, Total } from "../list-query/define-table.ts";
import { listRows } from "../list-query/list-rows.ts";
import { containing, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { AUDIENCE_COLUMNS, type AudienceRecord, audienceRowOf } from "./get-audience.ts";
import type { AudienceRow } from "./model.ts";
import { AUDIENCES_TABLE } from "./table.ts";

/** One page of the audiences, each with its permissions. Needs `audience:read`. */
export async function listAudiences(
  ctx: Context,
  query: ListQuery<typeof AUDIENCES_TABLE>,
): Promise<Page<AudienceRow> & { total: Total }> {
  requirePermission(ctx, "audience:read");
  const { filters, sort } = query;
  const where: Fragment[] = [];
  if (filters.q !== undefined) where.push(sql`(a.name || ' ' || a.title) ILIKE ${containing(filters.q)}`);
  const page = await listRows<typeof AUDIENCES_TABLE, AudienceRecord>(ctx, AUDIENCES_TABLE, query, {
    columns: AUDIENCE_COLUMNS,
    from: sql`audience a`,
    id: sql`a.id`,
    place: sort.key === "name" ? sql`a.name` : sql`a.created_at`,
    where,
  });
  return { ...page, rows: page.rows.map(audienceRowOf) };
}
