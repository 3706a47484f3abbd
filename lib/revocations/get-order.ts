import type { Context } from "../context.ts";
import type { OrderDetail } from "./model.ts";

/** One order. Needs `order:read`. @throws {DomainError} NOT_FOUND */
export async function getOrder(_ctx: Context, _id: string): Promise<OrderDetail> {
  throw new Error("soon");
}
