import { type Act, recordEntries } from "../audit/record-entry.ts";
import { systemContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { noteUnsentActs } from "../event-streams/note-losses.ts";
import { findDueActs } from "./acts-cut.ts";
import { dayOf, dayWords } from "./model.ts";

/** Acts that leave in one transaction at the most, some seconds of deleting: the rest leaves with the next runs. */
const AT_ONCE = 100_000;

/** Before when acts may leave now, so that they are not too many at once. */
async function boundOf(tx: Sql, now: Date): Promise<Date> {
  const [row] = await tx.query<{ at: Date }>(
    `SELECT at FROM audit_entry WHERE sequence = (SELECT min(sequence) + ${AT_ONCE} FROM audit_entry)`,
  );
  return row === undefined || row.at > now ? now : row.at;
}

/**
 * Takes the acts out of the log that have been there for as long as the setting says, but for those that the uses which are there need, in one transaction with their record and the audit entry `log.acts_dropped`,
 * from which a verification knows where the log begins and which checkpoint has signed its beginning. At most one day's worth of changes in where it begins a
 * day; whoever acts meanwhile waits for nothing but the entry.
 *
 * @param db with the retention role.
 * @returns the acts that left.
 */
export async function purgeActs(db: SqlDatabase): Promise<number> {
  return db.transaction(async (tx) => {
    const [turn] = await tx.query<{ isOurs: boolean }>(
      `SELECT pg_try_advisory_xact_lock(hashtext('tokenwarden.purge_log')) AS "isOurs"`,
    );
    if (turn?.isOurs !== true) return 0;
    const [setting] = await tx.query<{ days: number; useDays: number; now: Date }>(
      `SELECT hold_act_days() AS days, use_days AS "useDays", clock_timestamp() AS now FROM organisation WHERE id = 1`,
    );
    if (setting === undefined) return 0;
    const { cut } = await findDueActs(
      tx,
      { useDays: setting.useDays, actDays: setting.days },
      setting.now,
      await boundOf(tx, setting.now),
    );
    if (cut === null) return 0;
    const { acts, through, until, checkpoint, hash } = cut;
    const [{ at } = { at: new Date() }] = await tx.query<{ at: Date }>(
      `INSERT INTO purged_acts (through, left_at, acts, until, kept_days, checkpoint)
       VALUES ($1::bigint, clock_timestamp(), $2::bigint, $3::timestamptz, $4::int, $5::bigint) RETURNING left_at AS at`,
      [through, acts, until, setting.days, checkpoint],
    );
    const unsent = await noteUnsentActs(tx, through);
    const [row] = await tx.query<{ dropped: bigint }>("SELECT drop_acts($1::bigint) AS dropped", [through]);
    const [gone] = await tx.query<{ day: Date | null }>("SELECT max(day) AS day FROM purged_use_day");
    // last: from here on the chain's head is held
    const left: Act = {
      act: "log.acts_dropped",
      target: {
        kind: "log_acts",
        id: String(through),
        name: `acts from before ${dayWords(until.slice(0, 10))}`,
      },
      after: {
        through,
        hash,
        acts: Number(row?.dropped ?? 0),
        until,
        actDays: setting.days,
        checkpoint: Number(checkpoint),
        // what said so has left
        usesGoneUntil: gone?.day == null ? null : dayOf(gone.day),
      },
    };
    await recordEntries(tx, systemContext(db, "worker", at), [...unsent, left]);
    return Number(row?.dropped ?? 0);
  });
}
