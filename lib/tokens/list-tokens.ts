import { setTimeout as wait } from "node:timers/promises";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import { type Keyset, keysetOf, orderBy, orderById, seek, seekById, toPage } from "../list-query/keyset.ts";
import { all, type Fragment, joined, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { Branch } from "./branch.ts";
import { countAtOnce, matching } from "./count-selection.ts";
import { issueWindows } from "./issue-windows.ts";
import type { TokenRow } from "./model.ts";
import { placesByExpiry } from "./page-by-expiry.ts";
import { type Place, placesByLastUse } from "./page-by-last-use.ts";
import { placesByLead } from "./page-by-lead.ts";
import { readClockSkew, readPendingOrders, type StateSql, stateSql } from "./state-sql.ts";
import { type TokensQuery, tokensTable } from "./table.ts";
import { selectTokens, type TokenSelection } from "./token-filters.ts";
import { readRows, type TokenRecord, tokenRowOf } from "./token-row.ts";

/** A page that takes longer is given up, so that a rare combination of filters holds nobody else up. */
const PAGE_TIMEOUT_MS = 2_000;
/** A total is counted for this long beside a page, which waits this long for it once it is there; what is not known by then is "at least". */
const TOTAL_TIMEOUT_MS = 60;
const TOTAL_GRACE_MS = 5;

export type TokenSort = TokensQuery["sort"]["key"];

function placeOf(branch: Branch, sort: TokenSort, isInOrder: boolean): { column: Fragment; id: Fragment } {
  switch (sort) {
    case "issued":
      return { column: branch.issuedAt ?? sql`uuid_extract_timestamp(${branch.id})`, id: branch.id };
    case "expires":
      // what is few is read by its own index and sorted: an expression keeps the planner from walking the index of expiries for it
      return { column: isInOrder ? sql`t.expires_at` : sql`(t.expires_at + interval '0')`, id: sql`t.id` };
    case "lastUsed":
      return { column: sql`us.last_used_at`, id: sql`t.id` };
    default:
      return sort satisfies never;
  }
}

function idsOfBranch(selection: TokenSelection, branch: Branch, keyset: Keyset, sort: TokenSort): Fragment {
  const limit = sql`LIMIT ${keyset.limit}::int`;
  const { column, id } = placeOf(branch, sort, selection.isInOrder);
  const isById = sort === "issued" && branch.issuedAt === null;
  const beyond = isById ? seekById(keyset, id) : seek(keyset, column, id);
  const order = isById ? orderById(keyset, id) : orderBy(keyset, column, id);
  // without the register where the narrow table has all that is asked for
  const isBare = sort === "issued" && selection.conditions.length === 0 && branch.countFrom !== undefined;
  const rows = isBare
    ? sql`FROM ${branch.countFrom as Fragment} WHERE ${all([...branch.where, ...(beyond === null ? [] : [beyond])])}`
    : matching(selection, branch, beyond);
  return sql`(SELECT ${column} AS place, ${id} AS id ${rows} ORDER BY ${order} ${limit})`;
}

/** The places of a page in the order that it is read in. */
async function placesOf(
  ctx: Context,
  selection: TokenSelection,
  keyset: Keyset,
  sort: TokenSort,
): Promise<Place[] | null> {
  const { used, branches } = selection;
  if (selection.isByUsage)
    return placesByLastUse(ctx.db, selection, keyset, { used, now: ctx.now, timeoutMs: PAGE_TIMEOUT_MS });
  if (selection.walk !== null) {
    const { taken, places } = await placesByExpiry(ctx.db, selection, selection.walk, {
      keyset,
      timeoutMs: PAGE_TIMEOUT_MS,
    });
    if (taken) return places;
  }
  const read = async (some: readonly Branch[], limit: number, timeoutMs: number) => {
    if (some.length === 0) return [];
    const parts = some.map((branch) => idsOfBranch(selection, branch, { ...keyset, limit }, sort));
    return withinTime<Place>(
      ctx.db,
      sql`SELECT place, id FROM (${joined(parts, " UNION ALL ")}) AS found ORDER BY ${orderBy(keyset, sql`place`, sql`id`)}
        LIMIT ${limit}::int`,
      timeoutMs,
      selection.isOfSets ? "sets" : selection.isInOrder ? "ordered" : "lookups",
    );
  };
  const deadline = performance.now() + PAGE_TIMEOUT_MS;
  const readInTime = (some: readonly Branch[], limit = keyset.limit) => {
    const left = deadline - performance.now();
    return left < 1 ? null : read(some, limit, left);
  };
  if (selection.byLead !== null)
    return placesByLead(selection.byLead, keyset, async (some) => readInTime(some));
  if (selection.byIssue === null) return readInTime(branches);
  const { stretches, tally, expected, branchesIn } = selection.byIssue;
  const past = keyset.from === null ? null : new Date(keyset.from.value);
  const order = { isDown: keyset.direction === "desc", past };
  const places: Place[] = [];
  for (const window of issueWindows(stretches, { tally, expected, wanted: keyset.limit }, order)) {
    const more = await readInTime(window.flatMap(branchesIn), keyset.limit - places.length);
    if (more === null) return null;
    places.push(...more);
    if (places.length >= keyset.limit) break;
  }
  return places;
}

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
    const places = await placesOf(ctx, selection, keyset, sort);
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
