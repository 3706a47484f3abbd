import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { countUpTo } from "../list-query/count-up-to.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import { type Keyset, keysetOf, orderBy, orderById, seek, seekById, toPage } from "../list-query/keyset.ts";
import { all, type Fragment, joined, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { TokenRow } from "./model.ts";
import { readClockSkew, readPendingOrders, STATE_JOINS, type StateSql, stateSql } from "./state-sql.ts";
import { type TokensQuery, tokensTable } from "./table.ts";
import { type Branch, selectTokens, type TokenSelection } from "./token-filters.ts";
import { ROW_JOINS, rowColumns, type TokenRecord, tokenRowOf } from "./token-row.ts";

/** A page that takes longer is given up, so that a rare combination of filters holds nobody else up. */
const PAGE_TIMEOUT_MS = 5_000;

/** Rows that a total is counted up to. */
export const TOKENS_COUNT_MAX = 10_000;

function matching(selection: TokenSelection, branch: Branch, also: Fragment | null): Fragment {
  const state = selection.needsState ? STATE_JOINS : sql``;
  const usage = selection.needsUsage ? sql`LEFT JOIN token_usage us ON us.token_id = t.id` : sql``;
  const where = all([...branch.where, ...selection.conditions, ...(also === null ? [] : [also])]);
  return sql`FROM ${branch.from} ${state} ${usage} WHERE ${where}`;
}

function idsOfBranch(
  selection: TokenSelection,
  branch: Branch,
  keyset: Keyset,
  isByIssue: boolean,
): Fragment {
  const limit = sql`LIMIT ${keyset.limit}::int`;
  if (isByIssue && branch.issuedAt === null) {
    const { id } = branch;
    return sql`(SELECT uuid_extract_timestamp(${id}) AS place, ${id} AS id ${matching(selection, branch, seekById(keyset, id))}
      ORDER BY ${orderById(keyset, id)} ${limit})`;
  }
  const column = isByIssue && branch.issuedAt !== null ? branch.issuedAt : sql`t.expires_at`;
  const id = isByIssue ? branch.id : sql`t.id`;
  return sql`(SELECT ${column} AS place, ${id} AS id ${matching(selection, branch, seek(keyset, column, id))}
    ORDER BY ${orderBy(keyset, column, id)} ${limit})`;
}

function idsOfPage(selection: TokenSelection, keyset: Keyset, isByIssue: boolean): Fragment {
  const parts = selection.branches.map((branch) => idsOfBranch(selection, branch, keyset, isByIssue));
  return sql`SELECT place, id FROM (${joined(parts, " UNION ALL ")}) AS found ORDER BY ${orderBy(keyset, sql`place`, sql`id`)}
    LIMIT ${keyset.limit}::int`;
}

function upToCount(selection: TokenSelection): Fragment {
  const parts = selection.branches.map((branch) => {
    const isBare = selection.conditions.length === 0 && branch.countFrom !== undefined;
    const rows = isBare
      ? sql`FROM ${branch.countFrom as Fragment} WHERE ${all(branch.where)}`
      : matching(selection, branch, null);
    return sql`(SELECT 1 ${rows} LIMIT ${TOKENS_COUNT_MAX + 1}::int)`;
  });
  return sql`SELECT 1 FROM (${joined(parts, " UNION ALL ")}) AS found LIMIT ${TOKENS_COUNT_MAX + 1}::int`;
}

async function select(
  ctx: Context,
  filters: TokensQuery["filters"],
  byIssue: boolean,
): Promise<{ selection: TokenSelection; state: StateSql }> {
  const [pending, skew] = await Promise.all([readPendingOrders(ctx.db, ctx.now), readClockSkew(ctx.db)]);
  const state = stateSql(pending, ctx.now, skew);
  return {
    state,
    selection: await selectTokens(ctx.db, filters, { now: ctx.now, state, pending, byIssue }),
  };
}

async function count(ctx: Context, selection: TokenSelection, atLeast: () => number): Promise<Total> {
  if (selection.branches.length === 0) return { value: 0, isExact: true };
  return countUpTo(ctx.db, upToCount(selection), { max: TOKENS_COUNT_MAX, atLeast, lead: "lookups" });
}

/**
 * How many tokens match: exact up to TOKENS_COUNT_MAX, above it and where counting takes too long at least that many. Needs `token:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function countTokens(ctx: Context, filters: TokensQuery["filters"]): Promise<Total> {
  requirePermission(ctx, "token:read");
  const { selection } = await select(ctx, filters, true);
  return count(ctx, selection, () => 0);
}

/**
 * One page of the register, newest first unless asked otherwise, with how many match as `countTokens` says. Orders that the worker has not
 * settled count. Needs `token:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listTokens(
  ctx: Context,
  query: TokensQuery,
): Promise<Page<TokenRow> & { total: Total }> {
  requirePermission(ctx, "token:read");
  const isByIssue = query.sort.key === "issued";
  const { selection, state } = await select(ctx, query.filters, isByIssue);
  if (selection.branches.length === 0)
    return { rows: [], next: null, previous: null, total: { value: 0, isExact: true } };

  const keyset = keysetOf(tokensTable, query);
  let seen = 0;
  const reading = withinTime<TokenRecord>(
    ctx.db,
    sql`WITH page AS MATERIALIZED (${idsOfPage(selection, keyset, isByIssue)})
      SELECT ${rowColumns(state)} FROM page JOIN token t ON t.issued_at = uuid_extract_timestamp(page.id) AND t.id = page.id
      ${STATE_JOINS} ${ROW_JOINS} ORDER BY ${orderBy(keyset, sql`page.place`, sql`page.id`)}`,
    PAGE_TIMEOUT_MS,
    isByIssue && selection.branches.every((branch) => branch.isOrdered) ? "ordered" : "lookups",
  ).then((records) => {
    if (records === null)
      throw new DomainError(
        "UNAVAILABLE",
        "This search takes too long. Narrow it, by a client, a user or a time.",
      );
    seen = records.length;
    return records;
  });
  const [records, total] = await Promise.all([reading, count(ctx, selection, () => seen)]);
  const page = toPage(tokensTable, query, keyset, records, (record) => ({
    value: (isByIssue ? record.issuedAt : record.expiresAt).toISOString(),
    id: record.id,
  }));
  return { ...page, rows: page.rows.map(tokenRowOf), total };
}
