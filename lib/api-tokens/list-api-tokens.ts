import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { ListQuery, Page, Total } from "../list-query/define-table.ts";
import { listRows } from "../list-query/list-rows.ts";
import { all, containing, type Fragment, joined, sql } from "../list-query/sql-fragment.ts";
import {
  API_TOKEN_COLUMNS,
  API_TOKEN_FROM,
  type ApiTokenRecord,
  apiTokenRowOf,
  IS_CREATOR_OUT,
} from "./get-api-token.ts";
import type { ApiTokenRow, ApiTokenState } from "./model.ts";
import { API_TOKENS_TABLE } from "./table.ts";

/** One page of the API tokens, never a value. Needs `api-token:read`. */
export async function listApiTokens(
  ctx: Context,
  query: ListQuery<typeof API_TOKENS_TABLE>,
): Promise<Page<ApiTokenRow> & { total: Total }> {
  requirePermission(ctx, "api-token:read");
  const { filters, sort } = query;
  const where: Fragment[] = [];
  if (filters.q !== undefined) where.push(sql`t.name ILIKE ${containing(filters.q)}`);
  if (filters.role !== undefined) where.push(sql`t.role = ANY (${filters.role}::text[])`);
  if (filters.state !== undefined)
    where.push(
      sql`(${joined(
        filters.state.map((state) => inState(state, ctx.now)),
        " OR ",
      )})`,
    );
  const page = await listRows<typeof API_TOKENS_TABLE, ApiTokenRecord>(ctx, API_TOKENS_TABLE, query, {
    columns: API_TOKEN_COLUMNS,
    from: API_TOKEN_FROM,
    id: sql`t.id`,
    place: sort.key === "name" ? sql`lower(t.name)` : sql`t.created_at`,
    where,
  });
  return { ...page, rows: page.rows.map((record) => apiTokenRowOf(record, ctx.now)) };
}

function inState(state: ApiTokenState, now: Date): Fragment {
  const isRevoked = sql`t.revoked_at IS NOT NULL`;
  const isExpired = sql`coalesce(t.expires_at <= ${now}::timestamptz, false)`;
  const isCreatorDisabled = IS_CREATOR_OUT;
  switch (state) {
    case "revoked":
      return isRevoked;
    case "expired":
      return all([sql`NOT (${isRevoked})`, isExpired]);
    case "creator_disabled":
      return all([sql`NOT (${isRevoked})`, sql`NOT ${isExpired}`, isCreatorDisabled]);
    case "active":
      return all([sql`NOT (${isRevoked})`, sql`NOT ${isExpired}`, sql`NOT (${isCreatorDisabled})`]);
    default:
      return state satisfies never;
  }
}
