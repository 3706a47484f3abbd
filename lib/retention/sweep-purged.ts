import type { Sql } from "../db/sql.ts";
import { lowestUuidv7 } from "../ids.ts";
import { WEEK_MS } from "./model.ts";

/** Rows deleted in one transaction: some tens of milliseconds. */
const BATCH = 5_000;
/** An authority that had read a token just before its week left writes its last use within seconds, a worker that makes up for a killed one within minutes. */
const SETTLED_AFTER = "10 minutes";

/** What is kept by a token's id alone. A UUIDv7 carries its time: the tokens of a week are a stretch of ids. */
const BY_ID = ["token_usage", "token_standing", "refresh_consumption", "selection_token"] as const;
/** Rows of a week that had no partition of its own. */
const BY_TIME = ["partitions.token_default", "partitions.token_label_default"] as const;

const NIL = "00000000-0000-0000-0000-000000000000";

async function deleteAll(db: Sql, statement: string, values: readonly (Date | string)[]): Promise<number> {
  let deleted = 0;
  for (;;) {
    const [row] = await db.query<{ count: bigint }>(
      `WITH gone AS (${statement} RETURNING 1) SELECT count(*) AS count FROM gone`,
      values,
    );
    const count = Number(row?.count ?? 0);
    deleted += count;
    if (count < BATCH) return deleted;
  }
}

async function sweepWeek(db: Sql, week: Date): Promise<number> {
  const end = new Date(week.getTime() + WEEK_MS);
  const ids = [lowestUuidv7(week), lowestUuidv7(end)];
  let deleted = 0;
  for (const table of BY_TIME)
    deleted += await deleteAll(
      db,
      `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE issued_at >= $1::timestamptz AND issued_at < $2::timestamptz LIMIT ${BATCH}))`,
      [week, end],
    );
  for (const table of BY_ID)
    deleted += await deleteAll(
      db,
      `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table} WHERE token_id >= $1::uuid AND token_id < $2::uuid LIMIT ${BATCH}))`,
      ids,
    );
  return deleted;
}

/** Families that have no token left and can give none: their refresh tokens ended before all that has left did. */
async function sweepFamilies(db: Sql): Promise<number> {
  let deleted = 0;
  for (let after = NIL; ; ) {
    const [step] = await db.query<{ looked: bigint; last: string | null; deleted: bigint }>(
      `WITH looked AS MATERIALIZED (
         SELECT f.id, NOT EXISTS (SELECT FROM token t WHERE t.family_id = f.id) AS is_empty FROM token_family f
         WHERE f.id > $1::uuid AND f.expires_at <= (SELECT max(left_at - make_interval(days => kept_days)) FROM purged_week)
         ORDER BY f.id LIMIT ${BATCH}),
       gone AS (DELETE FROM token_family WHERE id IN (SELECT id FROM looked WHERE is_empty) RETURNING 1)
       SELECT (SELECT count(*) FROM looked) AS looked, (SELECT id FROM looked ORDER BY id DESC LIMIT 1) AS last, (SELECT count(*) FROM gone) AS deleted`,
      [after],
    );
    deleted += Number(step?.deleted ?? 0);
    if (step === undefined || step.last === null || step.looked < BigInt(BATCH)) return deleted;
    after = step.last;
  }
}

/**
 * Takes away what is left elsewhere of weeks that have left the register: last uses, standings, exchanges, places in selections, families without a token, and
 * rows of weeks that had no partition. In small batches; any number of workers may do so at once, and one that dies loses a batch. What is on record in the
 * audit log and the orders themselves stay.
 *
 * @param db with the retention role.
 * @returns the rows that were deleted.
 */
export async function sweepPurged(db: Sql): Promise<number> {
  const weeks = await db.query<{ week: Date; isSettled: boolean }>(
    `SELECT week, left_at < clock_timestamp() - $1::interval AS "isSettled" FROM purged_week WHERE swept_at IS NULL ORDER BY week`,
    [SETTLED_AFTER],
  );
  let deleted = 0;
  for (const { week, isSettled } of weeks) {
    deleted += await sweepWeek(db, week);
    if (isSettled)
      await db.query("UPDATE purged_week SET swept_at = clock_timestamp() WHERE week = $1::timestamptz", [
        week,
      ]);
  }
  return weeks.length === 0 ? 0 : deleted + (await sweepFamilies(db));
}
