import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Page } from "../list-query/define-table.ts";
import { type Keyset, keysetOf, orderBy, seek, toPage } from "../list-query/keyset.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { timeWindow } from "../list-query/time-window.ts";
import { findWindows } from "../use-rollups/find-windows.ts";
import type { Span } from "../use-rollups/grains.ts";
import { readCovered } from "../use-rollups/read-covered.ts";
import type { TokenUseRow } from "./model.ts";
import { type TokenUsesQuery, tokenUsesTable } from "./table.ts";
import { mixValuesOf, useConditions } from "./use-filters.ts";
import { USE_COLUMNS, USE_JOINS, type UseRecord, useRowOf } from "./use-record.ts";

const ALWAYS: Span = { from: new Date(0), to: new Date("9999-01-01T00:00:00Z") };

/** The time in which a page's rows can be. */
function rangeOf(query: TokenUsesQuery, keyset: Keyset, now: Date): Span {
  const asked = query.filters.at ? timeWindow(query.filters.at, "back", now) : { from: null, to: null };
  const range = { from: asked.from ?? ALWAYS.from, to: asked.to ?? ALWAYS.to };
  if (keyset.from === null) return range;
  const at = new Date(keyset.from.value);
  return keyset.direction === "desc"
    ? { ...range, to: new Date(Math.min(range.to.getTime(), at.getTime() + 1)) }
    : { ...range, from: new Date(Math.max(range.from.getTime(), at.getTime())) };
}

/**
 * Where the page's rows are, as the rollups tell, or null where they do not: without a filter the newest rows are at the end of the log, and by an address, a user, a
 * token or a family nothing is rolled up.
 */
async function windowsOf(ctx: Context, query: TokenUsesQuery, keyset: Keyset): Promise<Span[] | null> {
  const { values, others } = await mixValuesOf(ctx.db, query.filters);
  if (Object.keys(others).length > 0 || Object.keys(values).length === 0) return null;
  const range = rangeOf(query, keyset, ctx.now);
  const covered = await readCovered(ctx.db);
  if (covered === null || range.from >= range.to) return null;
  const { direction, limit } = keyset;
  return findWindows(ctx.db, range, covered, values, { direction, limit });
}

/** One page of matching rows, of the whole log or window by window. */
function pageOf(
  windows: readonly Span[] | null,
  conditions: readonly Fragment[],
  order: Fragment,
  limit: number,
): Fragment {
  if (windows === null)
    return sql`SELECT x.* FROM token_use x WHERE ${all(conditions)} ORDER BY ${order} LIMIT ${limit}::int`;
  return sql`SELECT x.* FROM unnest(${windows.map(({ from }) => from)}::timestamptz[], ${windows.map(({ to }) => to)}::timestamptz[]) AS w(from_at, to_at)
    CROSS JOIN LATERAL (SELECT x.* FROM token_use x WHERE x.received_at >= w.from_at AND x.received_at < w.to_at AND ${all(conditions)}
      ORDER BY ${order} LIMIT ${limit}::int) x
    ORDER BY ${order} LIMIT ${limit}::int`;
}

/**
 * One page of token uses, newest first: issues, allowed and refused uses, the attempts after a revocation among them. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listTokenUses(ctx: Context, query: TokenUsesQuery): Promise<Page<TokenUseRow>> {
  requirePermission(ctx, "audit:read");
  const keyset = keysetOf(tokenUsesTable, query);
  const [column, id] = [sql`x.received_at`, sql`x.id`];
  const order = orderBy(keyset, column, id);
  const windows = await windowsOf(ctx, query, keyset);
  const conditions = await useConditions(
    ctx.db,
    query.filters,
    ctx.now,
    windows === null ? "by tokens" : "by rows",
  );
  const after = seek(keyset, column, id);
  if (after !== null) conditions.push(after);
  const records = await run<UseRecord>(
    ctx.db,
    sql`WITH page AS MATERIALIZED (${pageOf(windows, conditions, order, keyset.limit)})
      SELECT ${USE_COLUMNS} FROM page x ${USE_JOINS} ORDER BY ${order}`,
  );
  const page = toPage(tokenUsesTable, query, keyset, records, (record) => ({
    value: record.receivedAt.toISOString(),
    id: record.id,
  }));
  return { ...page, rows: page.rows.map(useRowOf) };
}
