/** How long expired tokens stay in the register, and what leaves it when; browser-safe. Times are ISO 8601 in UTC, weeks the dates of their Mondays. */
import type { ClockHold } from "../clocks/model.ts";
import type { Verb } from "../revocations/model.ts";

/** Days that a week stays after its last token has expired. Partitions are made again for the last week: less than one could not be kept apart from it. */
export const EXPIRED_TOKEN_DAYS = { min: 7, max: 3650, usual: 90 };

/** The minute of each hour at which the worker takes weeks out. */
export const PURGE_MINUTE = 35;

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
export const WEEK_MS = 7 * DAY_MS;

/** When the worker looks next. */
export function nextRunAt(now: Date): Date {
  const next = new Date(now);
  next.setUTCMinutes(PURGE_MINUTE, 0, 0);
  return next > now ? next : new Date(next.getTime() + HOUR_MS);
}

/** The week that an instant is in, by its Monday, 00:00 UTC. */
export function weekOf(at: Date): Date {
  // 1970 began on a Thursday
  const sinceMonday = (((at.getTime() + 3 * DAY_MS) % WEEK_MS) + WEEK_MS) % WEEK_MS;
  return new Date(at.getTime() - sinceMonday);
}

/**
 * When a week may leave: all that was issued in it has been expired for `days` then. A week that is not over, or whose tokens live
 * longer, stays longer.
 */
export function leavesAt(week: { week: Date; lastExpiry: Date | null }, days: number): Date {
  const end = week.week.getTime() + WEEK_MS;
  return new Date(Math.max(end, week.lastExpiry?.getTime() ?? end) + days * DAY_MS);
}

/** A week of the register as it stands. */
export type RegisterWeek = {
  week: string;
  tokens: number;
  /** On disk, with its indexes and labels; null where its tokens are in the common partition. */
  bytes: number | null;
  lastExpiresAt: string | null;
  /** From when on it may leave; while the week is not over, not before. */
  leavesAt: string;
};

/** What leaves the register together. */
export type Leaving = { weeks: RegisterWeek[]; tokens: number; bytes: number };

/** A week that has left. */
export type PurgedWeek = {
  week: string;
  leftAt: string;
  tokens: number;
  bytes: number;
  keptDays: number;
};

export type Retention = {
  expiredTokenDays: number;
  /** The organisation's: a change carries it. */
  version: number;
  nextRunAt: string;
  /** Why nothing leaves for now; null for nothing. */
  heldByClock: ClockHold | null;
  /** From the oldest to the newest. */
  weeks: RegisterWeek[];
  tokens: number;
  bytes: number;
  /** Bytes of what is kept beside the register, token by token: last uses, standings, exchanges, families, counts. */
  besideBytes: number;
  /** What the next run takes out. */
  due: Leaving;
  /** The last hundred, newest first. */
  purged: PurgedWeek[];
  purgedTokens: number;
  purgedWeeks: number;
};

export type RetentionPlan = Leaving & {
  expiredTokenDays: number;
  nextRunAt: string;
};

/** A token that is no longer in the register, as far as its own time and the evidence tell. */
export type PurgedToken = {
  id: string;
  issuedAt: string;
  week: string;
  leftAt: string;
  /** Whom it was issued to, from the audit log; null where that does not have it any more. */
  issued: {
    kind: string;
    familyId: string;
    subject: string;
    client: { id: string; clientId: string; name: string };
    user: { id: string; email: string; name: string } | null;
  } | null;
  /** Orders upon this very token. */
  orders: { id: string; verb: Verb; targetName: string; createdAt: string }[];
};

/** `2026-08-03`. */
export function dateOf(week: Date): string {
  return week.toISOString().slice(0, 10);
}

const WEEK_WORDS = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** `the week of 3 August 2026`. */
export function weekWords(week: string): string {
  return `the week of ${WEEK_WORDS.format(new Date(`${week}T00:00:00Z`))}`;
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** `412 MB`: in steps of a thousand. */
export function bytesWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit === 0 || value >= 100 ? Math.round(value).toString() : value.toFixed(1);
  return `${text} ${UNITS[unit]}`;
}
