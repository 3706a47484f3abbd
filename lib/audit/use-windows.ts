import type { Database } from "../db/database.ts";
import { all, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { findWindows } from "../use-rollups/find-windows.ts";
import type { Span } from "../use-rollups/grains.ts";
import { readCovered } from "../use-rollups/read-covered.ts";
import { type Direction, earlier, later } from "../use-rollups/stretches.ts";
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
  next: { direction: Direction; limit: number },
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
