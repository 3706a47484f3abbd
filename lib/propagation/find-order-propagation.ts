import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { getOrder } from "../revocations/get-order.ts";
import { listOrders } from "../revocations/list-orders.ts";
import type { OrderRow } from "../revocations/model.ts";
import { ordersTable } from "../revocations/table.ts";
import { getOrderPropagation } from "./get-order-propagation.ts";
import type { Journey } from "./model.ts";

/** Orders that the board offers. */
const OFFERED = 25;

/**
 * The newest orders, and the journey of the one that is named, or of the newest where none is or it is not there. Both are null where there is no
 * order yet. Needs `order:read` and `verifier:read`.
 *
 * @throws {DomainError} FORBIDDEN
 */
export async function findOrderPropagation(
  ctx: Context,
  orderId: string | null,
): Promise<{ orders: OrderRow[]; chosen: OrderRow | null; journey: Journey | null }> {
  const { rows } = await listOrders(ctx, { ...defaultQuery(ordersTable), pageSize: OFFERED });
  const named =
    orderId === null ? null : (rows.find(({ id }) => id === orderId) ?? (await find(ctx, orderId)));
  const chosen = named ?? rows[0] ?? null;
  if (chosen === null) return { orders: [], chosen: null, journey: null };
  const orders = rows.some(({ id }) => id === chosen.id) ? rows : [...rows, chosen];
  return { orders, chosen, journey: await getOrderPropagation(ctx, chosen.id) };
}

async function find(ctx: Context, orderId: string): Promise<OrderRow | null> {
  try {
    return await getOrder(ctx, orderId);
  } catch (error) {
    if (error instanceof DomainError && error.code === "NOT_FOUND") return null;
    throw error;
  }
}
