import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";

/** The place of a use among those of one snapshot: by receipt, then by its writer's chain. `at` is ISO 8601 in UTC. */
export type UseKey = { at: string; writer: string; flush: string; ordinal: number };

/**
 * Where a stream is among the uses. Several writers write at once, and a use that was received earlier may be committed later: no time and no id is a place that nothing
 * comes before any more. So a stream goes from one snapshot of the database to the next: what `base` did not see and `epoch` does is sent, in order, up to `key`; then
 * `epoch` becomes the base. Snapshots are PostgreSQL's own (`pg_current_snapshot`): a commit is in one of two that follow each other, and never in none.
 */
export type UsesPosition = {
  base: string | null;
  /** No use that the base did not see was received before: so much of the log is looked at. */
  low: Date;
  epoch: string | null;
  epochLow: Date | null;
  key: UseKey | null;
};

/** How long a use may be on its way from its receipt to its commit: waiting for its turn, a connection, a lock of its exchange. */
const ON_ITS_WAY = "60 seconds";
/** For how long a writer that was taken for dead may turn out to have been frozen. */
const FROZEN = "15 minutes";

/**
 * The earliest receipt that a use may have which the statement's snapshot does not see. A writer says once a second that it lives, over the connections that its uses go by: what it
 * received before its last word is on its way for a bounded time. One that is frozen, or was taken for dead a moment ago, has not said anything since.
 */
export const LOW_OF_NOW = sql`(least(clock_timestamp(), (SELECT min(w.seen_at) FROM evidence_writer w
    WHERE w.ended_at IS NULL OR (w.reconciled_flush IS NOT NULL AND w.ended_at > clock_timestamp() - ${FROZEN}::interval)))
  - ${ON_ITS_WAY}::interval - make_interval(secs => coalesce((SELECT max(clock_skew_seconds) FROM organisation), 30)))`;

/** How many transactions before the next one the row `x` was written: its `xmin` has 32 bits of what a snapshot counts in 64. */
const AGO = sql`((n.next - x.xmin::text::bigint) & 4294967295)`;
const WRITTEN_BY = sql`(n.next - ${AGO})::text::xid8`;

/** Whether a snapshot is of another database, such as the one that a dump was taken from: of transactions that were not yet. */
const IS_FOREIGN = (snapshot: Fragment) =>
  sql`(${snapshot} IS NOT NULL AND pg_snapshot_xmax(${snapshot}::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()))`;

/**
 * `now n`, for a statement to begin with: the base and the epoch of a position, the epoch being the statement's own snapshot where none is begun. A snapshot that is of another database
 * counts for nothing: what was received since `low` is sent again.
 */
export function snapshotsOf(position: Pick<UsesPosition, "base" | "epoch">): Fragment {
  const [base, epoch] = [sql`${position.base}::text`, sql`${position.epoch}::text`];
  return sql`now AS MATERIALIZED (
    SELECT CASE WHEN ${IS_FOREIGN(base)} THEN NULL ELSE ${base}::pg_snapshot END AS base,
      CASE WHEN ${epoch} IS NULL OR ${IS_FOREIGN(epoch)} THEN pg_current_snapshot() ELSE ${epoch}::pg_snapshot END AS epoch,
      pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next, ${LOW_OF_NOW} AS "epochLow"
  )`;
}

/**
 * The position as it holds by the database's clock. `low` saves looking at what cannot be there any more: one that has not come yet was written by a clock that was ahead and says nothing, so
 * that the whole log is looked at, once.
 */
export async function ofPresent(db: Sql, position: UsesPosition): Promise<UsesPosition> {
  const [row] = await run<{ isAhead: boolean }>(
    db,
    sql`SELECT ${position.low}::timestamptz > clock_timestamp() AS "isAhead"`,
  );
  return row?.isAhead ? { ...position, low: new Date(0) } : position;
}

/** Whether `token_use x` is in the epoch of `now n`, not in its base, and after the key. */
export function isOutstanding({ low, key }: Pick<UsesPosition, "low" | "key">): Fragment {
  const since = key === null ? low : new Date(Math.max(Date.parse(key.at), low.getTime()));
  const after =
    key === null
      ? sql`true`
      : sql`(x.received_at, x.writer_id, x.flush, x.ordinal) > (${key.at}::timestamptz, ${key.writer}::uuid, ${key.flush}::bigint, ${key.ordinal}::int)`;
  return sql`x.received_at >= ${since}::timestamptz AND ${after}
    AND (n.base IS NULL OR (${AGO} <= n.next - pg_snapshot_xmin(n.base)::text::bigint AND NOT pg_visible_in_snapshot(${WRITTEN_BY}, n.base)))
    AND pg_visible_in_snapshot(${WRITTEN_BY}, n.epoch)`;
}

export const IN_ORDER = sql`x.received_at, x.writer_id, x.flush, x.ordinal`;
