import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { FilterValues } from "../list-query/define-table.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { formatTypedQuery } from "../list-query/typed-query.ts";
import { withinTime } from "../list-query/within-time.ts";
import { type LiveBook, liveAmong, readLiveBook } from "../tokens/live-book.ts";
import { oldestWeekExpiringAfter } from "../tokens/oldest-week.ts";
import { readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";
import { tokensTable } from "../tokens/table.ts";
import type { PlanTarget } from "./plan-target.ts";
import { selectByFilter } from "./selected-by-filter.ts";

type Filters = FilterValues<typeof tokensTable>;

/** Enough to mend a filter by. */
const FIELDS_MAX = 20;

/** Columns that a plan looks at. */
const COLUMNS = sql`t.id, t.user_id, t.client_id, t.audiences, t.kind, t.format, t.expires_at`;

/** What the table's address has beside its filters: a selection knows neither order nor pages. */
const NO_FILTERS = ["sort", "size", "cursor"];

/** What an automation sends whose list came out empty: it would be a filter that lets everything through. */
function requireFilters(given: Record<string, string | string[]>): void {
  const names = Object.keys(given);
  const problems = [
    ...names.filter((name) => NO_FILTERS.includes(name)).map((path) => ({ path, message: "Is no filter." })),
    ...names
      .filter((name) => given[name]?.length === 0)
      .map((path) => ({ path, message: "Must have a value." })),
  ];
  if (problems.length > 0)
    throw new DomainError("INVALID_INPUT", "A filter is not valid.", { fields: problems });
}

/**
 * The filters of the Tokens table, as its address has them.
 *
 * @throws {DomainError} INVALID_INPUT that names what is bad, below `target.filters`; where there is none too: all tokens are a target of their own.
 */
export function parseTokenFilters(given: Record<string, string | string[]>): Filters {
  try {
    requireFilters(given);
    const { filters } = parseListQueryStrict(tokensTable, given);
    if (Object.keys(filters).length > 0) return filters;
    throw new DomainError(
      "INVALID_INPUT",
      "A selection needs a filter. All tokens are the target “everything”.",
      {
        fields: [{ path: "target.filters", message: "Must have a filter." }],
      },
    );
  } catch (error) {
    if (!(error instanceof DomainError) || error.fields[0]?.path === "target.filters") throw error;
    throw new DomainError("INVALID_INPUT", "A filter is not valid.", {
      fields: error.fields.slice(0, FIELDS_MAX).map(({ path, message }) => ({
        path: `target.filters.${path}`.slice(0, 100),
        message,
      })),
    });
  }
}

/** How a filter reads after "12 tokens", for the order's name. */
export function filterWords(filters: Filters): string {
  return ` with ${formatTypedQuery(tokensTable, filters)}`;
}

/** The live tokens that some filters of the Tokens table match, as a statement; null where none can. */
export function selectMatching(ctx: Context, filters: Filters, isByCopy = true): Promise<Fragment | null> {
  return selectByFilter(ctx, filters, { columns: COLUMNS, isByCopy });
}

/** The live ones of some tokens, as a statement. */
export async function selectListed(ctx: Context, tokenIds: readonly string[]): Promise<Fragment> {
  const state = stateSql(await readPendingOrders(ctx.db, ctx.now), ctx.now, 0);
  return sql`SELECT ${COLUMNS} FROM unnest(${tokenIds}::uuid[]) n JOIN token t ON t.issued_at = uuid_extract_timestamp(n) AND t.id = n
    ${STATE_JOINS} WHERE t.expires_at > ${ctx.now}::timestamptz AND NOT ${state.isRevoked} AND NOT (${state.isConsumed})`;
}

/** The live ones of a selection that was frozen before, as a statement. */
export async function selectFrozen(ctx: Context, selectionId: string): Promise<Fragment> {
  const state = stateSql(await readPendingOrders(ctx.db, ctx.now), ctx.now, 0);
  return sql`SELECT ${COLUMNS} FROM (SELECT unnest(x.token_ids) AS id FROM selection_chunk x WHERE x.selection_id = ${selectionId}::uuid) n
    JOIN token t ON t.issued_at = uuid_extract_timestamp(n.id) AND t.id = n.id
    ${STATE_JOINS} WHERE t.expires_at > ${ctx.now}::timestamptz AND NOT ${state.isRevoked} AND NOT (${state.isConsumed})`;
}

/** The live tokens of a target, as a statement; `book`: of a wide one, where the copy of what lives on is kept. */
export async function selectLive(ctx: Context, target: PlanTarget, book: LiveBook | null): Promise<Fragment> {
  const { now } = ctx;
  const pending = await readPendingOrders(ctx.db, now);
  if (book !== null) return liveAmong(book, target, { now, pending, columns: COLUMNS });
  const since = await oldestWeekExpiringAfter(ctx.db, now);
  const state = stateSql(pending, now, 0);
  return sql`SELECT ${COLUMNS} FROM ${target.from} ${STATE_JOINS} WHERE ${target.where} AND ${target.issuedAt} >= ${since}::timestamptz
    AND t.issued_at >= ${since}::timestamptz AND t.expires_at > ${now}::timestamptz AND NOT ${state.isRevoked} AND NOT (${state.isConsumed})`;
}

/** How many tokens of a target live and when the last JWT among the access tokens expires; null where that takes longer. */
export async function countReached(
  ctx: Context,
  target: PlanTarget,
  timeoutMs: number,
): Promise<{ tokens: number; jwtsUntil: Date | null } | null> {
  const book = target.isWide ? await readLiveBook(ctx.db, ctx.now) : null;
  const rows = await withinTime<{ tokens: bigint; jwtsUntil: Date | null }>(
    ctx.db,
    sql`SELECT count(*) AS tokens, max(p.expires_at) FILTER (WHERE p.kind = 'access' AND p.format = 'jwt') AS "jwtsUntil"
      FROM (${await selectLive(ctx, target, book)}) AS p`,
    timeoutMs,
  );
  const [row] = rows ?? [];
  return row === undefined ? null : { tokens: Number(row.tokens), jwtsUntil: row.jwtsUntil };
}
