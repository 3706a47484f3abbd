import { setTimeout as wait } from "node:timers/promises";
import type { SqlDatabase } from "../db/sql-database.ts";
import { leavesAt } from "./model.ts";
import { purgeWeek } from "./purge-week.ts";
import { readRegisterWeeks } from "./register-weeks.ts";
import { sweepPurged } from "./sweep-purged.ts";

/** How often the register may be found in use before the next run has to try; about a minute and a half of a busy database. */
const ATTEMPTS = 90;
const PAUSE_MS = 1_000;
/** lock_not_available, deadlock_detected */
const IN_USE = new Set(["55P03", "40P01"]);

export type PurgeOptions = {
  signal?: AbortSignal;
  /** A week gives room back at once; the sweep only writes, and waits for room. */
  isDiskFull?(): boolean;
};

export type Purged = { weeks: number; tokens: number; swept: number };

/** Clocks that disagree by more are no judges of what is old. Far less than expired tokens are kept at the least: what lives never leaves by it. */
const CLOCKS_APART_MS = 86_400_000;

/** @throws where the worker's clock and the database's differ by over a day, or the clock has jumped by as much since this process began. */
export function requireSoundClock(databaseMs: number): void {
  const sinceStartMs = performance.timeOrigin + performance.now();
  if (
    Math.abs(databaseMs - Date.now()) > CLOCKS_APART_MS ||
    Math.abs(sinceStartMs - Date.now()) > CLOCKS_APART_MS
  )
    throw new Error(
      "the clock has jumped, or differs from the database's by over a day: nothing leaves the register or the log",
    );
}

/** Weeks whose time has come, by the database's clock. */
async function readDueWeeks(db: SqlDatabase): Promise<Date[]> {
  const [setting] = await db.query<{ days: number; now: Date }>(
    "SELECT expired_token_days AS days, clock_timestamp() AS now FROM organisation WHERE id = 1",
  );
  if (setting === undefined) return [];
  requireSoundClock(setting.now.getTime());
  const unswept = await db.query<{ week: Date }>("SELECT week FROM purged_week WHERE swept_at IS NULL");
  // their last rows go by the sweep
  const left = new Set(unswept.map(({ week }) => week.getTime()));
  return (await readRegisterWeeks(db))
    .filter((week) => leavesAt(week, setting.days) <= setting.now && !left.has(week.week.getTime()))
    .map(({ week }) => week);
}

/** Makes the log able to tell whose the tokens of a week were, once the register cannot. What is there already stays. */
async function indexIssues(db: SqlDatabase, week: Date): Promise<void> {
  for (let day = 0; day < 7; day += 1)
    for (const holder of ["client_id", "user_id", "family_id"])
      await db.query(
        "SELECT index_issues_of_day($1::timestamptz + make_interval(days => $2::int), $3::text)",
        [week, day, holder],
      );
}

/**
 * Does something that waits for a table's lock only for a moment, again and again until the table is free.
 *
 * @throws lock_not_available where it was in use all the time.
 */
export async function whenFree<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!IN_USE.has((error as { code?: string }).code ?? "") || tries === ATTEMPTS || signal.aborted)
        throw error;
      // let go of everything, so that whoever waited behind goes on
      await wait(PAUSE_MS * (0.5 + Math.random()), undefined, { signal });
    }
  }
}

/**
 * Takes every week out of the register whose tokens have all been expired for as long as the organisation keeps them, week by week, and then what hangs on
 * them elsewhere. Safe to call at any time, from several workers at once, and again after one that died.
 *
 * @param db with the retention role.
 * @throws lock_not_available where the register was in use all the time; what was done by then stays done.
 */
export async function purgeRegister(
  db: SqlDatabase,
  { signal = new AbortController().signal, isDiskFull = () => false }: PurgeOptions = {},
): Promise<Purged> {
  let weeks = 0;
  let tokens = 0;
  for (const week of await readDueWeeks(db)) {
    await indexIssues(db, week);
    const left = await whenFree(() => purgeWeek(db, week), signal);
    if (left === null) continue;
    weeks += 1;
    tokens += left;
  }
  return { weeks, tokens, swept: isDiskFull() ? 0 : await sweepPurged(db) };
}
