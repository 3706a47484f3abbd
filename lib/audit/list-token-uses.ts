import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { encodeCursor } from "../list-query/cursor.ts";
import type { Page } from "../list-query/define-table.ts";
import { type Keyset, keysetOf, orderBy, seek, toPage } from "../list-query/keyset.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { timeWindow } from "../list-query/time-window.ts";
import type { Span } from "../use-rollups/grains.ts";
import { findBusyRange } from "./busy-uses.ts";
import { findCallWindows } from "./call-windows.ts";
import type { TokenUseRow } from "./model.ts";
import { SEARCH_TIME, type SearchedUses, type SearchTime, searchUses } from "./search-uses.ts";
import { type TokenUsesQuery, tokenUsesTable } from "./table.ts";
import { findFollowedTokens, isLookedFor, useConditions } from "./use-filters.ts";
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

/** A page of the log. `searchedUpTo`: where looking for more took too long; what lies beyond is not looked through, and the page's cursor goes on there. */
export type UsesPage = Page<TokenUseRow> & { searchedUpTo: string | null };

/** Stands in a cursor for no row: the edge of what was looked through. */
const NO_ID = "00000000-0000-0000-0000-000000000000";

/**
 * One page of token uses, newest first: issues, allowed and refused uses, the attempts after a revocation among them. By what neither rollups nor indexes know (path, method, status, user agent, audience, network, and
 * whom to leave out) it looks as far as `time` allows, and says how far that was; days that are counted by path, user agent and method are looked through in the hours that have them. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listTokenUses(
  ctx: Context,
  query: TokenUsesQuery,
  time: SearchTime = SEARCH_TIME,
): Promise<UsesPage> {
  requirePermission(ctx, "audit:read");
  const keyset = keysetOf(tokenUsesTable, query);
  const range = rangeOf(query, keyset, ctx.now);
  const { records, stoppedAt } = isLookedFor(query.filters)
    ? await search(ctx, query, { keyset, range, time })
    : { records: await find(ctx, query, { keyset, range }), stoppedAt: null };
  const page = toPage(tokenUsesTable, query, keyset, records, (record) => ({
    value: record.receivedAt.toISOString(),
    id: record.id,
  }));
  const edge =
    stoppedAt === null
      ? null
      : encodeCursor({
          table: tokenUsesTable.name,
          sortKey: query.sort.key,
          direction: query.sort.direction,
          towards: keyset.isReversed ? "previous" : "next",
          value: stoppedAt.toISOString(),
          id: NO_ID,
        });
  return {
    rows: page.rows.map(useRowOf),
    next: keyset.isReversed ? page.next : (edge ?? page.next),
    previous: keyset.isReversed ? (edge ?? page.previous) : page.previous,
    searchedUpTo: stoppedAt?.toISOString() ?? null,
  };
}

type Place = { keyset: Keyset; range: Span };

async function search(
  ctx: Context,
  { filters }: TokenUsesQuery,
  { keyset, range, time }: Place & { time: SearchTime },
): Promise<SearchedUses> {
  const followed = await findFollowedTokens(ctx.db, filters);
  const conditions = await useConditions(ctx.db, followed?.others ?? filters, ctx.now);
  const by = followed !== null ? { tokens: followed.tokens } : filters.ip !== undefined ? "address" : "time";
  const windows = by === "time" ? await findCallWindows(ctx.db, filters, range, keyset) : null;
  return searchUses(ctx.db, { keyset, range, conditions, by, windows }, time);
}

async function find(
  ctx: Context,
  { filters }: TokenUsesQuery,
  { keyset, range }: Place,
): Promise<UseRecord[]> {
  const [column, id] = [sql`x.received_at`, sql`x.id`];
  const order = orderBy(keyset, column, id);
  const { direction, limit } = keyset;
  const windows = await findUseWindows(ctx.db, filters, range, { direction, limit });
  const followed = windows === null ? await findFollowedTokens(ctx.db, filters) : null;
  const conditions = await useConditions(
    ctx.db,
    followed?.others ?? filters,
    ctx.now,
    windows === null ? "by tokens" : "by rows",
  );
  const near = windows === null ? await findBusyRange(ctx.db, filters, range, { direction, limit }) : null;
  if (near !== null)
    conditions.push(sql`${column} >= ${near.from}::timestamptz AND ${column} < ${near.to}::timestamptz`);
  const after = seek(keyset, column, id);
  if (after !== null) conditions.push(after);
  const rows =
    followed !== null
      ? rowsOfTokens(followed.tokens, conditions, order, limit)
      : near === null &&
          filters.ip !== undefined &&
          filters.token === undefined &&
          (await areFew(ctx.db, conditions))
        ? rowsOfFew(conditions, order, limit)
        : rowsWithin(windows, conditions, order, limit);
  return run<UseRecord>(
    ctx.db,
    sql`WITH page AS MATERIALIZED (${rows})
      SELECT ${USE_COLUMNS} FROM page x ${USE_JOINS} ORDER BY ${order}`,
  );
}
