import type { Context } from "../context.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import type { OrderRow } from "./model.ts";
import type { OrdersQuery } from "./table.ts";

/** One page of the orders, newest first. Needs `order:read`. */
export async function listOrders(
  _ctx: Context,
  _query: OrdersQuery,
): Promise<Page<OrderRow> & { total: Total }> {
  throw new Error("soon");
}
