import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { countUpTo } from "../list-query/count-up-to.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { COUNT_MAX, type OrderDetail } from "./model.ts";
import { IS_CANCELLED, ORDER_COLUMNS, type OrderRecord, orderRowOf, placedWith } from "./order-row.ts";
import { tokensOfTarget } from "./order-tokens.ts";
import { readSettling } from "./read-settling.ts";

/**
 * One order, with how many tokens that have not expired yet it reaches and how far it is written down. Needs `order:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN
 */
export async function getOrder(ctx: Context, id: string): Promise<OrderDetail> {
  requirePermission(ctx, "order:read");
  const [record] = isUuid(id)
    ? await run<OrderRecord>(
        ctx.db,
        sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.id = ${id}::uuid`,
      )
    : [];
  if (record === undefined) throw notFound("The order");
  const { from, where } = tokensOfTarget(record.targetKind, record.targetId);
  const reached = await countUpTo(
    ctx.db,
    sql`SELECT 1 FROM ${from} WHERE ${where} AND t.expires_at > ${ctx.now}::timestamptz
      AND (${record.cutoff}::timestamptz IS NULL OR t.rooted_at <= ${record.cutoff}::timestamptz) LIMIT ${COUNT_MAX + 1}::int`,
    { max: COUNT_MAX, atLeast: () => 0 },
  );
  const toCome = await countUpTo(
    ctx.db,
    sql`SELECT 1 FROM revocation_order o WHERE (o.id = ${id}::uuid OR ${placedWith(id)}) AND o.effective_from > o.created_at
      AND o.effective_from > clock_timestamp() AND NOT ${IS_CANCELLED} LIMIT ${COUNT_MAX + 1}::int`,
    { max: COUNT_MAX, atLeast: () => 0 },
  );
  return { ...orderRowOf(record), reached, settling: readSettling(ctx, record), toCome };
}
