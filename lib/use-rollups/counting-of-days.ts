import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";

/** Nobody waits for a day but late uses of its own, and an erasure. */
const COUNT = "10min";

/** Held while a day is counted, or forgotten. */
export const ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('tokenwarden.busy_uses'))::text";

export type CountDaysOptions = {
  /** Ends it before the next day. */
  isHeld?: () => boolean;
  /** Called after a day with how long that took, in milliseconds. */
  rest?: (ms: number) => Promise<unknown>;
  /** Milliseconds after which no further day is begun. */
  forMs?: number;
};

/**
 * Counts closed days one after the other, each in a transaction of its own.
 *
 * @param count counts one; false: another worker has done it.
 * @returns how many were counted.
 */
export async function countingOfDays<Day>(
  db: SqlDatabase,
  days: readonly Day[],
  count: (tx: Sql, day: Day) => Promise<boolean>,
  { isHeld = () => false, rest = async () => {}, forMs = Number.POSITIVE_INFINITY }: CountDaysOptions,
): Promise<number> {
  const startedAt = performance.now();
  let counted = 0;
  for (const day of days) {
    const began = performance.now();
    if (isHeld() || began - startedAt > forMs) return counted;
    const isNew = await db.transaction(async (tx) => {
      await tx.query(`SET LOCAL statement_timeout = '${COUNT}'`);
      await tx.query(ONE_AT_A_TIME);
      return count(tx, day);
    });
    if (isNew) counted += 1;
    await rest(performance.now() - began);
  }
  return counted;
}
