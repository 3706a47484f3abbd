import type { SqlDatabase } from "../db/sql-database.ts";
import { type PurgeOptions, requireSoundClock, whenFree } from "../retention/purge-register.ts";
import { isReleased } from "./day-check.ts";
import { leavingDaysOf, readLogDays } from "./log-days.ts";
import { purgeActs } from "./purge-acts.ts";
import { isSigned, purgeUseDay } from "./purge-use-day.ts";

export type PurgedLog = {
  days: number;
  uses: number;
  acts: number;
  /** The day that no checkpoint covers, and that nothing leaves before; null for none. */
  unsignedDay: string | null;
  /** The day whose evidence does not hold, and that nothing leaves before; null for none. */
  brokenDay: string | null;
};

export type PurgeLogOptions = Pick<PurgeOptions, "signal"> & {
  /** Verifies the uses of a day; null where it was kept from it. */
  verify(day: string): Promise<boolean | null>;
  /** Milliseconds after which no further day is begun: verifying takes as long as a day has uses. */
  forMs?: number;
};

/** Days whose time has come, by the database's clock, the oldest first. */
async function readDueDays(db: SqlDatabase): Promise<string[]> {
  const [setting] = await db.query<{ days: number; now: Date }>(
    "SELECT use_days AS days, clock_timestamp() AS now FROM organisation WHERE id = 1",
  );
  if (setting === undefined) return [];
  requireSoundClock(setting.now.getTime());
  const { days } = leavingDaysOf(await readLogDays(db), setting.days, setting.now);
  return [...new Set(days.map(({ day }) => day))];
}

/**
 * Takes the days of uses out of the log that have been over for as long as the organisation keeps them, day by day and the oldest first, and then the acts. What no
 * checkpoint covers waits: a seal that nobody signed would vouch for nothing. Each is verified before: one that does not hold stays, and what is younger with it, until
 * an owner lets it go. Safe to call at any time, from several workers at once, and again after one that died.
 *
 * @param db with the retention role.
 * @throws lock_not_available where the log was in use all the time; what was done by then stays done.
 */
export async function purgeLog(
  db: SqlDatabase,
  { signal = new AbortController().signal, verify, forMs = Number.POSITIVE_INFINITY }: PurgeLogOptions,
): Promise<PurgedLog> {
  const startedAt = performance.now();
  const purged: PurgedLog = { days: 0, uses: 0, acts: 0, unsignedDay: null, brokenDay: null };
  for (const day of await readDueDays(db)) {
    if (signal.aborted || performance.now() - startedAt > forMs) break;
    // whether it is signed first: it costs nothing to know
    if (!(await isSigned(db, day))) {
      purged.unsignedDay = day;
      break;
    }
    const holds = (await isReleased(db, day)) || (await verify(day));
    if (holds !== true) {
      if (holds === false) purged.brokenDay = day;
      break;
    }
    const left = await whenFree(() => purgeUseDay(db, day), signal);
    if (left === "busy") continue;
    if (left === "unsigned") {
      purged.unsignedDay = day;
      break;
    }
    purged.days += 1;
    purged.uses += left;
  }
  purged.acts = await purgeActs(db);
  return purged;
}
