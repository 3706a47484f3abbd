import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { ORDER_COLUMNS, type OrderRecord, orderRowOf } from "../revocations/order-row.ts";
import { readPendingOrders } from "../tokens/state-sql.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { readIncident } from "./incident-row.ts";
import type { IncidentOrders } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";

/** Orders of one case that are listed, newest first. */
const SHOWN = 200;

/** Orders that hold some tokens now, whoever placed them: those that are written down for them, and those that are not yet. */
async function readHolding(ctx: Reader, ids: readonly string[]): Promise<string[]> {
  const { revokes, suspends } = await readPendingOrders(ctx.db, ctx.now);
  const rows = await run<{ id: string }>(
    ctx.db,
    sql`WITH p AS MATERIALIZED (SELECT p.id FROM unnest(${ids}::uuid[]) AS p(id))
      SELECT s.revoked_order_id AS id FROM p JOIN token_standing s ON s.token_id = p.id WHERE s.revoked_order_id IS NOT NULL
      UNION SELECT s.suspended_order_id FROM p JOIN token_standing s ON s.token_id = p.id WHERE s.suspended_order_id IS NOT NULL
        AND (s.suspended_until IS NULL OR s.suspended_until > ${ctx.now}::timestamptz)
      UNION SELECT o.id FROM revocation_order o WHERE o.id = ANY (${[...revokes, ...suspends]}::uuid[])
        AND EXISTS (SELECT FROM p JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id WHERE order_reaches(o, t))`,
  );
  return rows.map(({ id }) => id);
}

/**
 * The orders that were placed in a case, and others that hold its tokens: placed before it was opened, or beside it. Newest first, those of the case before the
 * others where there are more than are listed. Needs `incident:read` and `order:read`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN
 */
export async function listIncidentOrders(ctx: Context, number: number): Promise<IncidentOrders> {
  requirePermission(ctx, "incident:read");
  requirePermission(ctx, "order:read");
  const incident = await readIncident(ctx.db, number);
  const { rows } = await readCaseTokens(ctx, incident);
  const holding = await readHolding(
    ctx,
    rows.map(({ id }) => id),
  );
  const records = await run<OrderRecord & { isOfCase: boolean; total: number }>(
    ctx.db,
    sql`WITH found AS MATERIALIZED (SELECT o.id, o.incident_id IS NOT DISTINCT FROM ${incident.id}::uuid AS is_of_case, o.position FROM revocation_order o
          WHERE o.incident_id = ${incident.id}::uuid OR o.id = ANY (${holding}::uuid[])),
        kept AS (SELECT f.* FROM found f ORDER BY f.is_of_case DESC, f.position DESC LIMIT ${SHOWN}::int)
      SELECT ${ORDER_COLUMNS}, k.is_of_case AS "isOfCase", (SELECT count(*) FROM found)::int AS total
      FROM kept k JOIN revocation_order o ON o.id = k.id ORDER BY o.position DESC`,
  );
  return {
    rows: records.map((record) => ({ ...orderRowOf(record), isOfCase: record.isOfCase })),
    leftOut: Math.max(0, (records[0]?.total ?? 0) - records.length),
  };
}
