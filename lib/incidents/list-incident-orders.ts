import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { OrderRow } from "../revocations/model.ts";
import { ORDER_COLUMNS, type OrderRecord, orderRowOf } from "../revocations/order-row.ts";
import { readIncident } from "./incident-row.ts";

/** Orders of one case that are listed, newest first. */
const SHOWN = 200;

/** The orders that were placed in a case, newest first. Needs `incident:read` and `order:read`. @throws {DomainError} NOT_FOUND, FORBIDDEN */
export async function listIncidentOrders(ctx: Context, number: number): Promise<OrderRow[]> {
  requirePermission(ctx, "incident:read");
  requirePermission(ctx, "order:read");
  const { id } = await readIncident(ctx.db, number);
  const records = await run<OrderRecord>(
    ctx.db,
    sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.incident_id = ${id}::uuid ORDER BY o.position DESC LIMIT ${SHOWN}::int`,
  );
  return records.map(orderRowOf);
}
