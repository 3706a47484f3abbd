import { type Act, recordEntries } from "../audit/record-entry.ts";
import { systemContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { noteUnsentUses } from "../event-streams/note-losses.ts";
import { SEALED_USE_COLUMNS, type SealedUseRecord, sealedUseOf } from "../seals/use-columns.ts";
import { useLeaf } from "../seals/use-leaf.ts";
import { DAY_MS, dayWords, startOfDay } from "./model.ts";

/** Waiting for a partition that nobody writes to holds up nobody; it must outlast an autovacuum that gives way after a second. */
const MEASURE_LOCK_MS = 5_000;
/** While it waits for the log itself, verification waits behind it: so much and no longer, then it lets go and comes again. */
const DROP_LOCK_MS = 50;
/** What is committed may say that it was made so long before. */
const LATE = "10 minutes";

type Measured = { uses: bigint; unsealed: bigint; bytes: bigint; keptDays: number };

// the seals over the day, none of which is made later than two days after it but by accident, and the first checkpoint that has all of them
const CHECKPOINT = `
  SELECT number FROM checkpoint WHERE at > (
    SELECT greatest($2::timestamptz, max(sealed_at)) + interval '${LATE}' FROM seal
    WHERE sealed_at >= $1::timestamptz AND sealed_at < $2::timestamptz + interval '2 days' AND received_from < $2::timestamptz)
  ORDER BY number LIMIT 1`;

const OVER_MIDNIGHT = `
  SELECT ${SEALED_USE_COLUMNS}, s.received_to AS "neededUntil" FROM seal s
  LEFT JOIN seal p ON p.chain = s.chain AND p.sequence = s.sequence - 1
  JOIN token_use u ON u.received_at >= s.received_from AND u.received_at < $1::timestamptz AND u.writer_id = s.chain AND u.flush <= s.last_flush
    AND u.flush <> ALL (s.open_flushes) AND (u.flush >= s.first_flush OR u.flush = ANY (coalesce(p.open_flushes, ARRAY[]::bigint[])))
  WHERE (s.received_from AT TIME ZONE 'UTC')::date <> (s.received_to AT TIME ZONE 'UTC')::date
    AND s.received_to >= $1::timestamptz AND s.received_from < $1::timestamptz`;

const KEEP = `
  INSERT INTO kept_leaf (received_at, id, writer_id, flush, ordinal, leaf, needed_until)
  SELECT l.received_at, l.id, l.writer_id, l.flush, l.ordinal, decode(l.leaf, 'hex'), l.needed_until
  FROM json_to_recordset($1::json) AS l(received_at timestamptz, id uuid, writer_id uuid, flush bigint, ordinal int, leaf text, needed_until timestamptz)`;

/** The first checkpoint that covers all seals over a day; null while none does. */
async function findCheckpoint(db: Sql, day: string): Promise<bigint | null> {
  const from = startOfDay(day);
  const [checkpoint] = await db.query<{ number: bigint }>(CHECKPOINT, [
    from,
    new Date(from.getTime() + DAY_MS),
  ]);
  return checkpoint?.number ?? null;
}

/** Whether a checkpoint covers all seals over a day. */
export async function isSigned(db: Sql, day: string): Promise<boolean> {
  return (await findCheckpoint(db, day)) !== null;
}

async function waitForLocks(tx: Sql, ms: number): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = ${ms}`);
}

async function countKept(tx: Sql): Promise<number> {
  const [row] = await tx.query<{ count: bigint }>("SELECT count(*) AS count FROM kept_leaf");
  return Number(row?.count ?? 0);
}

/** Seals over midnight speak for rows that stay: the leaves of those that go stay with them. @returns how many there were before, and are now. */
async function keepLeaves(tx: Sql, end: Date): Promise<{ before: number; after: number }> {
  const before = await countKept(tx);
  const rows = await tx.query<SealedUseRecord & { neededUntil: Date }>(OVER_MIDNIGHT, [end]);
  const leaves = rows.map(({ neededUntil, ...row }) => ({
    received_at: row.receivedAt,
    id: row.id,
    writer_id: row.writerId,
    flush: Number(row.flush),
    ordinal: row.ordinal,
    leaf: useLeaf(sealedUseOf(row)).toString("hex"),
    needed_until: neededUntil,
  }));
  if (leaves.length > 0) await tx.query(KEEP, [JSON.stringify(leaves)]);
  await tx.query("DELETE FROM kept_leaf WHERE needed_until < $1::timestamptz", [end]);
  return { before, after: await countKept(tx) };
}

/**
 * Takes the uses of one day out of the log, in one transaction with its record and its audit entry `log.day_dropped`, from which a verification knows that they are
 * gone by retention, under which checkpoint, and how many they were: a day of which somebody had taken some before does not add up. Their seals stay. The database
 * proves that the day has been over for as long as the setting says and that no older one is left. Of each stream that had
 * not sent all of it, how much that was, or at most, is on record beside (`event_stream.left_unsent`): it is not kept for their sake. One worker at a time. Whether it holds is looked at before (`purgeLog`).
 *
 * @param db with the retention role.
 * @param countMs for tests: what counting for streams may take.
 * @returns the uses that left; `busy` where another worker is at it or has done it; `unsigned` where no checkpoint covers the day yet.
 * @throws lock_not_available where the log is in use; nothing was done and it may be tried again.
 */
export async function purgeUseDay(
  db: SqlDatabase,
  day: string,
  countMs?: number,
): Promise<number | "busy" | "unsigned"> {
  const from = startOfDay(day);
  const end = new Date(from.getTime() + DAY_MS);
  return db.transaction(async (tx) => {
    const [turn] = await tx.query<{ isOurs: boolean }>(
      `SELECT pg_try_advisory_xact_lock(hashtext('tokenwarden.purge_log')) AS "isOurs"`,
    );
    if (turn?.isOurs !== true) return "busy";
    const done = await tx.query("SELECT FROM purged_use_day WHERE day = $1::timestamptz", [from]);
    if (done.length > 0) return "busy";
    const checkpoint = await findCheckpoint(tx, day);
    if (checkpoint === null) return "unsigned";
    await waitForLocks(tx, MEASURE_LOCK_MS);
    const [measured] = await tx.query<Measured>(
      `SELECT uses, unsealed, bytes, kept_days AS "keptDays" FROM measure_use_day($1::timestamptz)`,
      [from],
    );
    if (measured === undefined) throw new Error("a day of the log has no measure");
    const unsent = await noteUnsentUses(tx, { from, to: end, uses: Number(measured.uses), countMs });
    const kept = await keepLeaves(tx, end);
    await recordPurge(tx, db, { day, ...measured, checkpoint, kept }, unsent);
    await waitForLocks(tx, DROP_LOCK_MS);
    await tx.query("SELECT drop_use_day($1::timestamptz)", [from]);
    return Number(measured.uses);
  });
}

type Purge = Measured & { day: string; checkpoint: bigint; kept: { before: number; after: number } };

async function recordPurge(tx: Sql, db: SqlDatabase, purge: Purge, unsent: readonly Act[]): Promise<void> {
  const { day, uses, unsealed, bytes, keptDays, checkpoint, kept } = purge;
  const [{ at } = { at: new Date() }] = await tx.query<{ at: Date }>(
    `INSERT INTO purged_use_day (day, left_at, uses, unsealed, bytes, kept_days, checkpoint)
     VALUES ($1::timestamptz, clock_timestamp(), $2::bigint, $3::bigint, $4::bigint, $5::int, $6::bigint) RETURNING left_at AS at`,
    [startOfDay(day), uses, unsealed, bytes, keptDays, checkpoint],
  );
  const dropped: Act = {
    act: "log.day_dropped",
    target: { kind: "log_day", id: day, name: `the uses of ${dayWords(day)}` },
    after: {
      day,
      uses: Number(uses),
      unsealed: Number(unsealed),
      leavesBefore: kept.before,
      leavesAfter: kept.after,
      bytes: Number(bytes),
      useDays: keptDays,
      checkpoint: Number(checkpoint),
    },
  };
  await recordEntries(tx, systemContext(db, "worker", at), [...unsent, dropped]);
}
