import type { Database } from "../db/database.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { type PendingOrders, STATE_JOINS, stateSql } from "./state-sql.ts";

/** What lives no longer than this is not copied: it is told by when it was issued. */
const SHORT_MS = 3_600_000;
/** Where the worker is further behind, too much is left to be looked at. */
const BEHIND_MAX_MS = 3_600_000;

/** Whether `token t` is one of those that `live_token` has while they live. */
export const OUTLIVES = sql`t.expires_at > t.issued_at + make_interval(secs => ${SHORT_MS / 1_000}::int)`;

/** Ends since the marks that are told one by one; of more each token's own is looked up. */
const ENDED_MAX = 10_000;
const ENDED_WAIT_MS = 300;

/** Up to where the copy tells; what came since is told by the register. */
export type LiveBook = {
  addedUntil: Date;
  endedUntil: Date;
  /** What was revoked or exchanged since; null where that is too much to tell. */
  endedIds: string[] | null;
};

/** The copy's marks; null while it is being filled, or where the worker is far behind. Read before the statement that uses them. */
export async function readLiveBook(db: Database, now: Date): Promise<LiveBook | null> {
  const [marks] = await run<{ addedUntil: Date; endedUntil: Date }>(
    db,
    sql`SELECT added_until AS "addedUntil", ended_until AS "endedUntil" FROM live_token_mark`,
  );
  if (marks === undefined) return null;
  const oldest = Math.min(marks.addedUntil.getTime(), marks.endedUntil.getTime());
  if (now.getTime() - oldest > BEHIND_MAX_MS) return null;
  const ended = sql`${marks.endedUntil}::timestamptz`;
  const rows = await withinTime<{ ids: string[] | null }>(
    db,
    // by their indexes by blocks, and all of them: a limit leads the planner away from those
    sql`WITH e AS MATERIALIZED (SELECT s.token_id FROM token_standing s WHERE s.recorded_at >= ${ended} AND s.revoked_at IS NOT NULL
          UNION ALL SELECT c.token_id FROM refresh_consumption c WHERE c.consumed_at >= ${ended})
      SELECT CASE WHEN (SELECT count(*) FROM e) <= ${ENDED_MAX}::int THEN ARRAY (SELECT token_id::text FROM e) END AS ids`,
    ENDED_WAIT_MS,
    "lookups",
  );
  return { ...marks, endedIds: rows?.[0]?.ids ?? null };
}

/** Some tokens, by their own index and as one condition. */
export type Among = {
  /** FROM and WHERE with `token t`, and when they were issued as the index has it. */
  from: Fragment;
  where: Fragment;
  issuedAt: Fragment;
  /** A condition on `t` alone, that holds for rows of `live_token` too. */
  tokens: Fragment;
};

/** What of some tokens the copy has, as FROM and WHERE on `live_token t`; of those, too, that expired since `since`. */
export function copiedAmong({ addedUntil }: LiveBook, { tokens }: Among, since: Date): Fragment {
  // what is added while this is asked stands in the register for it
  return sql`FROM live_token t WHERE ${tokens} AND t.issued_at < ${addedUntil}::timestamptz AND t.expires_at > ${since}::timestamptz`;
}

function hasNotEnded({ endedUntil, endedIds }: LiveBook): Fragment {
  if (endedIds !== null) return sql`t.id <> ALL (${endedIds}::uuid[])`;
  const ended = sql`${endedUntil}::timestamptz`;
  return sql`NOT EXISTS (SELECT FROM token_standing s WHERE s.token_id = t.id AND s.revoked_at IS NOT NULL AND s.recorded_at >= ${ended})
      AND NOT EXISTS (SELECT FROM refresh_consumption c WHERE c.token_id = t.id AND c.consumed_at >= ${ended})`;
}

/**
 * All that live of some tokens, as a statement: those of the copy that have not ended since, what was issued since, and what lives an hour at
 * most. It tells the same as looking at each token of the register.
 *
 * @param columns of `t`, which both have.
 */
export function liveAmong(
  book: LiveBook,
  among: Among,
  { now, pending, columns }: { now: Date; pending: PendingOrders; columns: Fragment },
): Fragment {
  const state = stateSql(pending, now, 0);
  const isReached =
    pending.revokes.length === 0
      ? sql`false`
      : sql`EXISTS (SELECT FROM revocation_order o WHERE o.id = ANY (${pending.revokes}::uuid[]) AND order_reaches_live(o, t))`;
  const from = new Date(Math.min(book.addedUntil.getTime(), now.getTime() - SHORT_MS));
  return sql`SELECT ${columns} ${copiedAmong(book, among, now)} AND NOT ${isReached} AND ${hasNotEnded(book)}
    UNION ALL SELECT ${columns} FROM ${among.from} ${STATE_JOINS} WHERE ${among.where} AND ${among.issuedAt} >= ${from}::timestamptz
      AND t.issued_at >= ${from}::timestamptz AND (t.issued_at >= ${book.addedUntil}::timestamptz OR NOT ${OUTLIVES})
      AND t.expires_at > ${now}::timestamptz AND NOT ${state.isRevoked} AND NOT (${state.isConsumed})`;
}
