import type { Database } from "../db/database.ts";
import type { Total } from "./define-table.ts";
import { type Fragment, sql } from "./sql-fragment.ts";
import { type Lead, withinTime } from "./within-time.ts";

/**
 * Counts the rows of a statement that itself stops at `max + 1` rows. Takes at most `timeoutMs`: what has not been counted by then is given
 * as "at least `atLeast`", so that a total never holds a page up.
 */
export async function countUpTo(
  db: Database,
  rows: Fragment,
  {
    max,
    atLeast,
    timeoutMs = 1_000,
    lead = "free",
  }: { max: number; atLeast: () => number; timeoutMs?: number; lead?: Lead },
): Promise<Total> {
  const counted = await withinTime<{ count: bigint }>(
    db,
    sql`SELECT count(*) AS count FROM (${rows}) AS counted`,
    timeoutMs,
    lead,
  );
  if (counted === null) return { value: atLeast(), isExact: false };
  const value = Number(counted[0]?.count ?? 0);
  return value > max ? { value: max, isExact: false } : { value, isExact: true };
}
