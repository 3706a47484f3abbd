import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { countUpTo } from "../list-query/count-up-to.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import { keysetOf, orderBy, seek, toPage } from "../list-query/keyset.ts";
import { all, containing, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import { COUNT_MAX, type OrderRow } from "./model.ts";
import { IS_CANCELLED, ORDER_COLUMNS, type OrderRecord, orderRowOf } from "./order-row.ts";
import { type OrdersQuery, ordersTable } from "./table.ts";

function conditionsOf(filters: OrdersQuery["filters"], now: Date): Fragment[] {
  const conditions: Fragment[] = [];
  if (filters.q) {
    const pattern = containing(filters.q);
    conditions.push(
      sql`o.target_name ILIKE ${pattern} OR o.actor_name ILIKE ${pattern} OR o.note ILIKE ${pattern}`,
    );
  }
  if (filters.verb) conditions.push(sql`o.verb = ANY (${filters.verb}::text[])`);
  if (filters.target) conditions.push(sql`o.target_kind = ANY (${filters.target}::text[])`);
  if (filters.targetId) conditions.push(sql`o.target_id = ${filters.targetId}`);
  if (filters.reason) conditions.push(sql`o.reason = ANY (${filters.reason}::text[])`);
  if (filters.by) conditions.push(sql`o.actor_kind = ANY (${filters.by}::text[])`);
  if (filters.actor) conditions.push(sql`o.actor_id = ${filters.actor}`);
  if (filters.at) conditions.push(inWindow(sql`o.created_at`, timeWindow(filters.at, "back", now)));
  if (filters.unsettled)
    conditions.push(
      sql`o.settled_at IS NULL AND (o.effective_from <= o.created_at OR o.effective_from <= ${now}::timestamptz)`,
    );
  if (filters.scheduled)
    conditions.push(
      sql`o.effective_from > o.created_at AND o.effective_from > ${now}::timestamptz AND NOT ${IS_CANCELLED}`,
    );
  return conditions;
}

/** One page of the orders, newest first. Needs `order:read`. @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN */
export async function listOrders(
  ctx: Context,
  query: OrdersQuery,
): Promise<Page<OrderRow> & { total: Total }> {
  requirePermission(ctx, "order:read");
  const keyset = keysetOf(ordersTable, query);
  const [column, id] = [sql`o.created_at`, sql`o.id`];
  const conditions = conditionsOf(query.filters, ctx.now);
  const after = seek(keyset, column, id);
  const [records, total] = await Promise.all([
    run<OrderRecord>(
      ctx.db,
      sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE ${all(after === null ? conditions : [...conditions, after])}
        ORDER BY ${orderBy(keyset, column, id)} LIMIT ${keyset.limit}::int`,
    ),
    countUpTo(
      ctx.db,
      sql`SELECT 1 FROM revocation_order o WHERE ${all(conditions)} LIMIT ${COUNT_MAX + 1}::int`,
      {
        max: COUNT_MAX,
        atLeast: () => 0,
      },
    ),
  ]);
  const page = toPage(ordersTable, query, keyset, records, (record) => ({
    value: record.createdAt.toISOString(),
    id: record.id,
  }));
  return { ...page, rows: page.rows.map(orderRowOf), total };
}
