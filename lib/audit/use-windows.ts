import type { Database } from "../db/database.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { findWindows, type NextUses } from "../use-rollups/find-windows.ts";
import type { Span } from "../use-rollups/grains.ts";
import { readCovered } from "../use-rollups/read-covered.ts";
import { earlier, later } from "../use-rollups/stretches.ts";
import type { TokenUsesQuery } from "./table.ts";
import { mixValuesOf } from "./use-filters.ts";

/**
 * Where in a range the next `limit` uses are, as the rollups tell, or null where they do not: without a filter the newest rows are at the end of the log, and by an
 * address, a user, a token or a family nothing is rolled up.
 */
export async function findUseWindows(
  db: Database,
  filters: TokenUsesQuery["filters"],
  range: Span,
  next: NextUses,
): Promise<Span[] | null> {
  const { values, others } = await mixValuesOf(db, filters);
  if (Object.keys(others).length > 0 || Object.keys(values).length === 0) return null;
  const covered = await readCovered(db);
  if (covered === null || range.from >= range.to) return null;
  return findWindows(db, range, covered, values, next);
}

/** The first `limit` rows of the log that match, window by window; null: of the whole log. */
export function rowsWithin(
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
 * The first `limit` rows of some tokens that match, token by token through their index. In one condition over all of them the planner takes them for far more rows than
 * they have, and walks the log by time.
 */
export function rowsOfTokens(
  tokens: readonly string[],
  conditions: readonly Fragment[],
  order: Fragment,
  limit: number,
): Fragment {
  return sql`SELECT x.* FROM unnest(${tokens}::uuid[]) AS t(id)
    CROSS JOIN LATERAL (SELECT x.* FROM token_use x WHERE x.token_id = t.id
        AND x.received_at >= coalesce(uuid_extract_timestamp(t.id) - interval '1 minute', '-infinity') AND ${all(conditions)}
      ORDER BY ${order} LIMIT ${limit}::int) x
    ORDER BY ${order} LIMIT ${limit}::int`;
}

/** Uses of an address that are read whole, to be sorted then: of more the newest are soon found by time. */
const FEW_USES = 100_000;

/** Whether few uses match: so few that reading the log by time would go through all of it for them. */
export async function areFew(db: Database, conditions: readonly Fragment[]): Promise<boolean> {
  const [row] = await run<{ few: boolean }>(
    db,
    sql`SELECT count(*) <= ${FEW_USES}::int AS few FROM (SELECT FROM token_use x WHERE ${all(conditions)} LIMIT ${FEW_USES + 1}::int) found`,
  );
  return row?.few ?? false;
}

/** The first `limit` rows of few that match: found by what they are, and only then put in order. */
export function rowsOfFew(conditions: readonly Fragment[], order: Fragment, limit: number): Fragment {
  return sql`SELECT x.* FROM (SELECT x.* FROM token_use x WHERE ${all(conditions)} OFFSET 0) x ORDER BY ${order} LIMIT ${limit}::int`;
}

/** From the first of some windows to the last. */
export function hullOf(windows: readonly Span[]): Span | null {
  const [first] = windows;
  if (first === undefined) return null;
  return windows.reduce(
    (hull, { from, to }) => ({
      from: earlier(from, hull.from),
      to: later(to, hull.to),
    }),
    first,
  );
}

/** How much time windows are about, in milliseconds. */
export function lengthOf(windows: readonly Span[]): number {
  return windows.reduce((sum, { from, to }) => sum + to.getTime() - from.getTime(), 0);
}
