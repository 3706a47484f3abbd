import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Page } from "../list-query/define-table.ts";
import { keysetOf, orderBy, seek, toPage } from "../list-query/keyset.ts";
import { all, run, sql } from "../list-query/sql-fragment.ts";
import type { TokenUseRow } from "./model.ts";
import { type TokenUsesQuery, tokenUsesTable } from "./table.ts";
import { useConditions } from "./use-filters.ts";
import { USE_COLUMNS, USE_JOINS, type UseRecord, useRowOf } from "./use-record.ts";

/**
 * One page of token uses, newest first: issues, allowed and refused uses, the attempts after a revocation among them. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listTokenUses(ctx: Context, query: TokenUsesQuery): Promise<Page<TokenUseRow>> {
  requirePermission(ctx, "audit:read");
  const keyset = keysetOf(tokenUsesTable, query);
  const [column, id] = [sql`x.received_at`, sql`x.id`];
  const conditions = await useConditions(ctx.db, query.filters, ctx.now);
  const after = seek(keyset, column, id);
  if (after !== null) conditions.push(after);
  const records = await run<UseRecord>(
    ctx.db,
    sql`WITH page AS MATERIALIZED (SELECT x.* FROM token_use x WHERE ${all(conditions)} ORDER BY ${orderBy(keyset, column, id)}
        LIMIT ${keyset.limit}::int)
      SELECT ${USE_COLUMNS} FROM page x ${USE_JOINS} ORDER BY ${orderBy(keyset, column, id)}`,
  );
  const page = toPage(tokenUsesTable, query, keyset, records, (record) => ({
    value: record.receivedAt.toISOString(),
    id: record.id,
  }));
  return { ...page, rows: page.rows.map(useRowOf) };
}
