import type { Context } from "../context.ts";
import type { FilterValues } from "../list-query/define-table.ts";
import { all, type Fragment, joined, sql } from "../list-query/sql-fragment.ts";
import { inWindow } from "../list-query/time-window.ts";
import { T_ISSUED } from "../tokens/branch.ts";
import { type LiveBook, liveAmong, readLiveBook } from "../tokens/live-book.ts";
import type { TokenState } from "../tokens/model.ts";
import {
  type PendingOrders,
  readClockSkew,
  readPendingOrders,
  STATE_JOINS,
  type StateSql,
  stateSql,
} from "../tokens/state-sql.ts";
import type { tokensTable } from "../tokens/table.ts";
import { selectTokens } from "../tokens/token-filters.ts";
import { questionOf } from "../tokens/token-question.ts";

type Filters = FilterValues<typeof tokensTable>;

/** States of what has not ended. */
const LIVE_STATES: readonly TokenState[] = ["not_yet_valid", "active", "suspended"];

/** Filters that the copy of what lives on answers. Others are narrow, or ask what it does not have. */
const COPIED: ReadonlySet<string> = new Set([
  "state",
  "kind",
  "format",
  "client",
  "permission",
  "group",
  "audience",
  "key",
  "issued",
  "expires",
  "longLived",
]);

/** Filters without the states that nothing live has: all that ended would be looked through for what lives. Null where no other is left. */
function amongLive(filters: Filters): Filters | null {
  if (filters.state === undefined) return filters;
  const state = filters.state.filter((one) => LIVE_STATES.includes(one));
  return state.length === 0 ? null : { ...filters, state };
}

type Asked = { pending: PendingOrders; skew: number; state: StateSql };

async function readAsked(ctx: Context): Promise<Asked> {
  const [pending, skew] = await Promise.all([readPendingOrders(ctx.db, ctx.now), readClockSkew(ctx.db)]);
  return { pending, skew, state: stateSql(pending, ctx.now, skew) };
}

/** As the Tokens table finds them, in the register. */
async function searched(
  { db, now }: Context,
  filters: Filters,
  { pending, state }: Asked,
  columns: Fragment,
): Promise<Fragment | null> {
  const selection = await selectTokens(db, filters, { now, state, pending, sort: "expires" });
  if (selection.branches.length === 0) return null;
  const usage = selection.needsUsage ? sql`LEFT JOIN token_usage us ON us.token_id = t.id` : sql``;
  const isLive = sql`t.expires_at > ${now}::timestamptz AND NOT ${state.isRevoked} AND NOT (${state.isConsumed})`;
  const parts = selection.branches.map(
    (branch) =>
      sql`(SELECT ${columns} FROM ${branch.from} ${STATE_JOINS} ${usage} WHERE ${all([...branch.where, ...selection.conditions, isLive])})`,
  );
  return joined(parts, " UNION ALL ");
}

/** Of what has not ended, what is in some of the live states; for rows of the copy too. */
function inStates(states: readonly TokenState[], now: Date, { skew, state }: Asked): Fragment[] {
  if (LIVE_STATES.every((one) => states.includes(one))) return [];
  const suspended = sql`t.id IN (SELECT s.token_id FROM token_standing s WHERE s.suspended_order_id IS NOT NULL AND ${state.isSuspended})`;
  return [
    sql`token_state(${now}::timestamptz, t.issued_at - make_interval(secs => ${skew}::int), t.expires_at, false, ${suspended}, false) = ANY (${states}::text[])`,
  ];
}

/** By the copy of what lives on. */
async function copied(
  { db, now }: Context,
  filters: Filters,
  { asked, book, columns }: { asked: Asked; book: LiveBook; columns: Fragment },
): Promise<Fragment> {
  const question = await questionOf(db, filters, { now, text: null });
  const where = all([
    ...question.conditions,
    ...question.labels.map(({ contained }) => contained),
    ...(question.clients === null ? [] : [question.clients.contained]),
    inWindow(T_ISSUED, question.issued),
    ...(filters.state === undefined ? [] : inStates(filters.state, now, asked)),
  ]);
  const among = { from: sql`token t`, where, issuedAt: T_ISSUED, tokens: where };
  return liveAmong(book, among, { now, pending: asked.pending, columns });
}

/**
 * The live tokens that some filters of the Tokens table match, as a statement; null where none can. What lives is read from its copy where that answers the filters
 * and no order is pending: of 3,000,000 refresh tokens the 330,000 that live took eight seconds to find in the register.
 *
 * @param options.isByCopy whether the copy may be used.
 */
export async function selectByFilter(
  ctx: Context,
  given: Filters,
  { columns, isByCopy = true }: { columns: Fragment; isByCopy?: boolean },
): Promise<Fragment | null> {
  const filters = amongLive(given);
  if (filters === null) return null;
  const asked = await readAsked(ctx);
  const keys = Object.keys(filters).filter((key) => filters[key as keyof Filters] !== undefined);
  const isCopied = isByCopy && asked.state.isFixed && keys.every((key) => COPIED.has(key));
  const book = isCopied ? await readLiveBook(ctx.db, ctx.now) : null;
  return book === null
    ? searched(ctx, filters, asked, columns)
    : copied(ctx, filters, { asked, book, columns });
}
