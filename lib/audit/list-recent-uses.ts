import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { TokenUseRow } from "./model.ts";
import type { TokenUsesQuery } from "./table.ts";
import { useConditions } from "./use-filters.ts";
import { USE_COLUMNS, USE_JOINS, type UseRecord, useRowOf } from "./use-record.ts";
import { areFew, rowsOfFew, rowsWithin } from "./use-windows.ts";

const TIMEOUT_MS = 1_000;

/**
 * The newest uses that match, `max` at most, for a page about something else; null where finding them takes over a second: then the log itself is
 * the place to look. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listRecentUses(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
  max: number,
): Promise<TokenUseRow[] | null> {
  requirePermission(ctx, "audit:read");
  const conditions = await useConditions(ctx.db, filters, ctx.now);
  const newestFirst = sql`x.received_at DESC, x.id DESC`;
  const rows =
    filters.ip !== undefined && (await areFew(ctx.db, conditions))
      ? rowsOfFew(conditions, newestFirst, max)
      : rowsWithin(null, conditions, newestFirst, max);
  const records = await withinTime<UseRecord>(
    ctx.db,
    sql`WITH page AS MATERIALIZED (${rows})
      SELECT ${USE_COLUMNS} FROM page x ${USE_JOINS} ORDER BY ${newestFirst}`,
    TIMEOUT_MS,
  );
  return records?.map(useRowOf) ?? null;
}
