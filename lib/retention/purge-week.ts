import { recordEntry } from "../audit/record-entry.ts";
import { systemContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { dateOf, weekWords } from "./model.ts";

/** Waiting for a partition that nobody writes to holds up nobody; it must outlast an autovacuum that gives way after a second. */
const MEASURE_LOCK_MS = 5_000;
/** While it waits for the register itself, issue and verification wait behind it: so much and no longer, then it lets go and comes again. */
const DROP_LOCK_MS = 50;

type Measured = { tokens: bigint; bytes: bigint; lastExpiry: Date | null; keptDays: number };

async function waitForLocks(tx: Sql, ms: number): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = ${ms}`);
}

/**
 * Takes one week out of the register, in one transaction with its record and its audit entry `register.week_purged`: its partitions, and its counts in the tally.
 * The database proves, with the week's partitions locked, that all of its tokens have been expired for as long as the setting says, and refuses otherwise. One
 * worker at a time; one that dies leaves everything as it was.
 *
 * @param db with the retention role.
 * @returns the tokens that left, or null where another worker is at it or has done it.
 * @throws lock_not_available where the register is in use; nothing was done and it may be tried again.
 */
export async function purgeWeek(db: SqlDatabase, week: Date): Promise<number | null> {
  return db.transaction(async (tx) => {
    const [turn] = await tx.query<{ isOurs: boolean }>(
      `SELECT pg_try_advisory_xact_lock(hashtext('tokenwarden.purge_register')) AS "isOurs"`,
    );
    if (turn?.isOurs !== true) return null;
    const done = await tx.query("SELECT FROM purged_week WHERE week = $1::timestamptz AND swept_at IS NULL", [
      week,
    ]);
    if (done.length > 0) return null;
    await waitForLocks(tx, MEASURE_LOCK_MS);
    // whoever counts holds the mark: counts of the week are not added while they are taken away
    await tx.query("SELECT FROM token_tally_mark FOR UPDATE");
    await tx.query("SELECT FROM token_time_tally_mark FOR UPDATE");
    await tx.query("SELECT FROM token_client_tally_mark FOR UPDATE");
    const [measured] = await tx.query<Measured>(
      `SELECT tokens, bytes, last_expiry AS "lastExpiry", kept_days AS "keptDays" FROM measure_register_week($1::timestamptz)`,
      [week],
    );
    if (measured === undefined) throw new Error("a week of the register has no measure");
    await recordPurge(tx, db, week, measured);
    await waitForLocks(tx, DROP_LOCK_MS);
    await tx.query("SELECT drop_register_week($1::timestamptz)", [week]);
    return Number(measured.tokens);
  });
}

async function recordPurge(tx: Sql, db: SqlDatabase, week: Date, measured: Measured): Promise<void> {
  const { tokens, bytes, lastExpiry, keptDays } = measured;
  const [{ at } = { at: new Date() }] = await tx.query<{ at: Date }>(
    `INSERT INTO purged_week AS p (week, left_at, tokens, bytes, last_expiry, kept_days)
     VALUES ($1::timestamptz, clock_timestamp(), $2::bigint, $3::bigint, $4::timestamptz, $5::int)
     ON CONFLICT (week) DO UPDATE SET left_at = excluded.left_at, tokens = p.tokens + excluded.tokens, bytes = p.bytes + excluded.bytes,
       last_expiry = greatest(p.last_expiry, excluded.last_expiry), kept_days = excluded.kept_days, swept_at = NULL
     RETURNING left_at AS at`,
    [week, tokens, bytes, lastExpiry, keptDays],
  );
  const date = dateOf(week);
  await recordEntry(tx, systemContext(db, "worker", at), {
    act: "register.week_purged",
    target: { kind: "register_week", id: date, name: weekWords(date) },
    after: {
      week: date,
      tokens: Number(tokens),
      bytes: Number(bytes),
      lastExpiredAt: lastExpiry?.toISOString() ?? null,
      expiredTokenDays: keptDays,
    },
  });
}
