import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Page } from "../list-query/define-table.ts";
import { type Keyset, keysetOf, orderBy, seek, toPage } from "../list-query/keyset.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { timeWindow } from "../list-query/time-window.ts";
import type { Span } from "../use-rollups/grains.ts";
import { findBusyRange } from "./busy-uses.ts";
import type { TokenUseRow } from "./model.ts";
import { type TokenUsesQuery, tokenUsesTable } from "./table.ts";
import { findFollowedTokens, useConditions } from "./use-filters.ts";
import { USE_COLUMNS, USE_JOINS, type UseRecord, useRowOf } from "./use-record.ts";
import { areFew, findUseWindows, rowsOfFew, rowsOfTokens, rowsWithin } from "./use-windows.ts";

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
 * One page of token uses, newest first: issues, allowed and refused uses, the attempts after a revocation among them. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listTokenUses(ctx: Context, query: TokenUsesQuery): Promise<Page<TokenUseRow>> {
  requirePermission(ctx, "audit:read");
  const keyset = keysetOf(tokenUsesTable, query);
  const [column, id] = [sql`x.received_at`, sql`x.id`];
  const order = orderBy(keyset, column, id);
  const { direction, limit } = keyset;
  const range = rangeOf(query, keyset, ctx.now);
  const windows = await findUseWindows(ctx.db, query.filters, range, { direction, limit });
  const followed = windows === null ? await findFollowedTokens(ctx.db, query.filters) : null;
  const conditions = await useConditions(
    ctx.db,
    followed?.others ?? query.filters,
    ctx.now,
    windows === null ? "by tokens" : "by rows",
  );
  const near =
    windows === null ? await findBusyRange(ctx.db, query.filters, range, { direction, limit }) : null;
  if (near !== null)
    conditions.push(sql`${column} >= ${near.from}::timestamptz AND ${column} < ${near.to}::timestamptz`);
  const after = seek(keyset, column, id);
  if (after !== null) conditions.push(after);
  const rows =
    followed !== null
      ? rowsOfTokens(followed.tokens, conditions, order, limit)
      : near === null &&
          query.filters.ip !== undefined &&
          query.filters.token === undefined &&
          (await areFew(ctx.db, conditions))
        ? rowsOfFew(conditions, order, limit)
        : rowsWithin(windows, conditions, order, limit);
  const records = await run<UseRecord>(
    ctx.db,
    sql`WITH page AS MATERIALIZED (${rows})
      SELECT ${USE_COLUMNS} FROM page x ${USE_JOINS} ORDER BY ${order}`,
  );
  const page = toPage(tokenUsesTable, query, keyset, records, (record) => ({
    value: record.receivedAt.toISOString(),
    id: record.id,
  }));
  return { ...page, rows: page.rows.map(useRowOf) };
}
