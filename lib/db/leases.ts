import type { Sql, SqlValue } from "./sql.ts";

/**
 * Rows that one worker has to itself for a while, by their columns `leased_by` and `leased_until`: nobody else takes one whose worker lives, and one whose worker
 * was killed is taken when its lease is over. Parts of statements; where a worker is named it is `$1` of what takes a row, and `$2` of what changes it.
 */

/** Takes or goes on holding a row. */
export const heldFor = (seconds: number) =>
  `leased_until = clock_timestamp() + interval '${seconds} seconds'`;

/** Longer than any row is held, or a failed attempt is waited for: what lasts longer was written by a clock that was ahead. */
const LONGEST = "interval '1 hour'";

/** Whether a moment that something waits for, in a column, has come, or is of a clock that was ahead. */
export const hasCome = (column: string) =>
  `(${column} IS NULL OR ${column} <= clock_timestamp() OR ${column} > clock_timestamp() + ${LONGEST})`;

/** Whether nobody else holds a row: `alias.` where the statement has several. One that the worker itself lost is taken again at once. */
export const isFree = (alias = "") => `(${hasCome(`${alias}leased_until`)} OR ${alias}leased_by = $1::uuid)`;

/** Lets a row go. */
export const LET_GO = "leased_by = NULL, leased_until = NULL";

/** An attempt failed: how often in a row (`$3`), of what (`$4`), and in how many milliseconds it is tried again (`$5`). */
export const FAILED = `failures = $3::int, last_error = $4::text, last_error_at = clock_timestamp(),
  next_attempt_at = clock_timestamp() + $5::int * interval '1 millisecond', ${LET_GO}`;

export type LeasedRow = { table: string; id: string | number; workerId: string };

/**
 * Changes a row that a worker holds.
 *
 * @param change what is set; values are `$3` and on.
 * @returns false where the row is not this worker's any more: it was changed, removed, or taken by another one. Nothing is changed then.
 */
export async function changeLeased(
  sql: Sql,
  { table, id, workerId }: LeasedRow,
  change: string,
  values: readonly SqlValue[] = [],
): Promise<boolean> {
  const rows = await sql.query(
    `UPDATE ${table} SET ${change} WHERE id = $1 AND leased_by = $2::uuid RETURNING id`,
    [id, workerId, ...values],
  );
  return rows.length > 0;
}
