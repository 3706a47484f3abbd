import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { ListQuery, Page, Total } from "../list-query/define-table.ts";
import { listRows } from "../list-query/list-rows.ts";
import { containing, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { countLiveTokens } from "../tokens/count-live-tokens.ts";
import { USER_COLUMNS, type UserRecord, userRowOf } from "./get-user.ts";
import type { UserRow } from "./model.ts";
import { USERS_TABLE } from "./table.ts";

export type UsersQuery = ListQuery<typeof USERS_TABLE>;

/** Counting 100,000 users takes 20 ms. */
const USERS_COUNT_MAX = 500_000;

/** One page of the users, with their groups and active tokens. Needs `user:read`. */
export async function listUsers(ctx: Context, query: UsersQuery): Promise<Page<UserRow> & { total: Total }> {
  requirePermission(ctx, "user:read");
  const { filters, sort } = query;
  const where: Fragment[] = [];
  // the expression of the index user_account_search
  if (filters.q !== undefined) where.push(sql`(u.email || ' ' || u.name) ILIKE ${containing(filters.q)}`);
  if (filters.state !== undefined)
    where.push(
      sql`CASE WHEN u.disabled_at IS NULL THEN 'enabled' ELSE 'disabled' END = ANY (${filters.state}::text[])`,
    );
  if (filters.group !== undefined)
    where.push(sql`EXISTS (SELECT FROM group_member m JOIN user_group g ON g.id = m.group_id
      WHERE m.user_id = u.id AND g.name = ANY (${filters.group}::text[]))`);
  const page = await listRows<typeof USERS_TABLE, UserRecord>(ctx, USERS_TABLE, query, {
    columns: USER_COLUMNS,
    from: sql`user_account u`,
    id: sql`u.id`,
    place: sort.key === "email" ? sql`u.email` : sql`u.created_at`,
    where,
    countMax: USERS_COUNT_MAX,
  });
  const live = await countLiveTokens(ctx.db, {
    by: "user",
    ids: page.rows.map((row) => row.id),
    now: ctx.now,
  });
  return { ...page, rows: page.rows.map((row) => userRowOf(row, live(row.id))) };
}
