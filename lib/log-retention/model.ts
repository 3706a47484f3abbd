import type { ClockHold } from "../clocks/model.ts";
import type { CheckProblem } from "../evidence-checks/model.ts";

/** How long uses and acts stay on record, and what leaves when; browser-safe. Times are ISO 8601 in UTC, days are dates in UTC. */

/** Days that the uses of a day stay after it is over. */
export const USE_DAYS = { min: 30, max: 3650, usual: 365 };
/** Days that acts stay. */
export const ACT_DAYS = { min: 90, max: 3650, usual: 3650 };

/** The minute of each hour at which the worker takes out what is due. */
const PURGE_MINUTE = 50;
/** When it does, as a schedule has it. */
export const PURGE_LOG_CRON = `${PURGE_MINUTE} * * * *`;

const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** When the worker looks next. */
export function nextLogRunAt(now: Date): Date {
  const next = new Date(now);
  next.setUTCMinutes(PURGE_MINUTE, 0, 0);
  return next > now ? next : new Date(next.getTime() + HOUR_MS);
}

/** `2026-08-03`. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** The midnight that a day begins with. */
export function startOfDay(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

const DAY_WORDS = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** `3 August 2026`. */
export function dayWords(day: string): string {
  return DAY_WORDS.format(startOfDay(day));
}

/** A day of uses as it stands. */
export type LogDay = {
  day: string;
  /** As the database's statistics have it; counted where they have nothing yet, up to a hundred thousand. */
  uses: number | null;
  /** On disk, with its indexes; null where its rows are in the common partition. */
  bytes: number | null;
  leavesAt: string;
};

/** Days of uses that leave together. */
export type LeavingDays = { days: LogDay[]; uses: number; bytes: number };

/** A day whose time has come and whose evidence does not hold: it stays, and nothing younger leaves before it. */
export type HeldDay = {
  day: string;
  /** When it was found. */
  foundAt: string;
  /** The verification that found it. */
  checkId: string;
  /** The first of each chain. */
  problems: CheckProblem[];
};

/** Acts that leave together: all up to a sequence. */
export type LeavingActs = { acts: number; through: number; until: string };

/** Acts whose time has come and that stay, with all that came after them: the first says that uses were erased which are in the log. `until`: when the last of those leave; null while the erasure is not done. */
export type KeptActs = { since: string; until: string | null };

export type PurgedDay = {
  day: string;
  leftAt: string;
  uses: number;
  bytes: number;
  keptDays: number;
  checkpoint: number;
};

export type PurgedActsRow = {
  through: number;
  leftAt: string;
  acts: number;
  until: string;
  keptDays: number;
  checkpoint: number;
};

export type LogPlan = {
  useDays: number;
  actDays: number;
  nextRunAt: string;
  days: LeavingDays;
  acts: LeavingActs | null;
  /** Null for none. */
  keptActs: KeptActs | null;
};

export type LogRetention = {
  useDays: number;
  actDays: number;
  /** The organisation's: a change carries it. */
  version: number;
  /** What the next run takes out. */
  due: LogPlan;
  /** Why nothing leaves for now; null for nothing. */
  heldByClock: ClockHold | null;
  /** What does not leave with it; null for none. */
  heldDay: HeldDay | null;
  /** From the oldest to the newest. */
  days: LogDay[];
  uses: number;
  bytes: number;
  /** Of a day, from the last whole days of a week; null before a whole day is there. */
  perDay: { uses: number; bytes: number; days: number } | null;
  acts: { count: number; bytes: number; oldestAt: string | null; perDay: number | null };
  /** Bytes of the seals, which stay. */
  sealBytes: number;
  /** The last hundred of each, newest first. */
  purgedDays: PurgedDay[];
  purgedActs: PurgedActsRow[];
  purged: { days: number; uses: number; acts: number };
};
