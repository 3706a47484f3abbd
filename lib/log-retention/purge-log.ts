import type { SqlDatabase } from "../db/sql-database.ts";
import { type PurgeOptions, requireSoundClock, whenFree } from "../retention/purge-register.ts";
import { leavingDaysOf, readLogDays } from "./log-days.ts";
import { purgeActs } from "./purge-acts.ts";
import { purgeUseDay } from "./purge-use-day.ts";

export type PurgedLog = {
  days: number;
  uses: number;
  acts: number;
  /** The day that no checkpoint covers, and that nothing leaves before; null for none. */
  unsignedDay: string | null;
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
 * checkpoint covers waits: a seal that nobody signed would vouch for nothing. Safe to call at any time, from several workers at once, and again after one that died.
 *
 * @param db with the retention role.
 * @throws lock_not_available where the log was in use all the time; what was done by then stays done.
 */
export async function purgeLog(
  db: SqlDatabase,
  { signal = new AbortController().signal }: Pick<PurgeOptions, "signal"> = {},
): Promise<PurgedLog> {
  let [days, uses] = [0, 0];
  let unsignedDay: string | null = null;
  for (const day of await readDueDays(db)) {
    const left = await whenFree(() => purgeUseDay(db, day), signal);
    if (left === "busy") continue;
    if (left === "unsigned") {
      unsignedDay = day;
      break;
    }
    days += 1;
    uses += left;
  }
  return { days, uses, acts: await purgeActs(db), unsignedDay };
}
