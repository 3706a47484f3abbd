import { setTimeout as wait } from "node:timers/promises";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import { keysetOf, toPage } from "../list-query/keyset.ts";
import { countAtOnce } from "./count-selection.ts";
import type { TokenRow } from "./model.ts";
import type { Place } from "./page-by-last-use.ts";
import { readClockSkew, readPendingOrders, type StateSql, stateSql } from "./state-sql.ts";
import { type TokensQuery, tokensTable } from "./table.ts";
import { selectTokens } from "./token-filters.ts";
import { placesOf, type TokenSort } from "./token-places.ts";
import { readRows, type TokenRecord, tokenRowOf } from "./token-row.ts";
import type { TokenSelection } from "./token-selection.ts";

/** A page that takes longer is given up, so that a rare combination of filters holds nobody else up. */
const PAGE_TIMEOUT_MS = 2_000;
/** A total is counted for this long beside a page, which waits this long for it once it is there; what is not known by then is "at least". */
const TOTAL_TIMEOUT_MS = 60;
const TOTAL_GRACE_MS = 5;

/** What a query's filters mean now, with how a token's state is told. */
export async function selectFor(
  ctx: Context,
  filters: TokensQuery["filters"],
  sort: TokenSort,
): Promise<{ selection: TokenSelection; state: StateSql }> {
  const [pending, skew] = await Promise.all([readPendingOrders(ctx.db, ctx.now), readClockSkew(ctx.db)]);
  const state = stateSql(pending, ctx.now, skew);
  return {
    state,
    selection: await selectTokens(ctx.db, filters, { now: ctx.now, state, pending, sort }),
  };
}

/** A page that was given up. */
class TooSlow extends DomainError {
  constructor() {
    super("UNAVAILABLE", "This search takes too long. Narrow it, by a client, a user or a time.");
  }
}

/** Whether a list was given up because it takes too long, and not because the database could not be asked. */
export function isTooSlow(error: unknown): error is DomainError {
  return error instanceof TooSlow;
}

/**
 * One page of the register, newest first unless asked otherwise, with how many match: exactly where that is known at once, else at least so many;
 * `countTokens` tells the rest. Where it is not to be counted, no more is told than the page has. Orders that the worker has not settled count. Needs `token:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN; UNAVAILABLE where the search takes too long.
 */
export async function listTokens(
  ctx: Context,
  query: TokensQuery,
  { isCounted = true }: { isCounted?: boolean } = {},
): Promise<Page<TokenRow> & { total: Total }> {
  requirePermission(ctx, "token:read");
  const sort = query.sort.key;
  const { selection, state } = await selectFor(ctx, query.filters, sort);
  if (selection.branches.length === 0)
    return { rows: [], next: null, previous: null, total: { value: 0, isExact: true } };

  const keyset = keysetOf(tokensTable, query);
  let seen = 0;
  async function read(): Promise<{ places: Place[]; records: TokenRecord[] }> {
    const places = await placesOf(ctx.db, selection, keyset, {
      sort,
      now: ctx.now,
      timeoutMs: PAGE_TIMEOUT_MS,
    });
    if (places === null) throw new TooSlow();
    seen = places.length;
    const records = await readRows(ctx.db, places, { state, timeoutMs: PAGE_TIMEOUT_MS });
    if (records === null) throw new TooSlow();
    return { places, records };
  }
  const counting = isCounted
    ? countAtOnce(ctx.db, selection, { atLeast: () => seen, timeoutMs: TOTAL_TIMEOUT_MS })
    : Promise.resolve({ value: 0, isExact: false });
  // where the page fails, its total is nobody's business
  counting.catch(() => {});
  const { places, records } = await read();
  const counted = await Promise.race([
    counting,
    wait(TOTAL_GRACE_MS, { value: seen, isExact: false }, { ref: false }),
  ]);
  // counting may have been given up before the page was there
  const total = counted.isExact || counted.value >= seen ? counted : { value: seen, isExact: false };
  const page = toPage(tokensTable, query, keyset, places, ({ place, id }) => ({
    value: place.toISOString(),
    id,
  }));
  const byId = new Map(records.map((record) => [record.id, tokenRowOf(record)]));
  const rows = page.rows.flatMap(({ id }) => byId.get(id) ?? []);
  // a first page without a next one is all that matches
  const isAll = query.cursor === null && page.next === null;
  return { ...page, rows, total: isAll ? { value: page.rows.length, isExact: true } : total };
}
