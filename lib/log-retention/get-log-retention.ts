import { requirePermission } from "../authz/require-permission.ts";
import { findClockHold } from "../clocks/find-clock-fault.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { ADMIN_CHAIN } from "../seals/seal.ts";
import { findDueActs } from "./acts-cut.ts";
import { findDayCheck, holdsForUses, isReleased } from "./day-check.ts";
import { dayRow, leavingDaysOf, type MeasuredDay, readLogDays } from "./log-days.ts";
import { DAY_MS, dayOf, type HeldDay, type LogPlan, type LogRetention, nextLogRunAt } from "./model.ts";

const PURGED_SHOWN = 100;
/** Whole days that the growth of a day is taken from. */
const PACE_DAYS = 7;

export type LogSettings = { useDays: number; actDays: number; version: number };

/** The settings, and the organisation's version that a change of them carries; `lock` holds them until the transaction ends. */
export async function readLogSettings(db: Sql, lock: "update" | "none" = "none"): Promise<LogSettings> {
  const [row] = await db.query<LogSettings>(
    `SELECT use_days AS "useDays", act_days AS "actDays", version FROM organisation WHERE id = 1${lock === "update" ? " FOR UPDATE" : ""}`,
  );
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The organisation's settings are missing.");
  return row;
}

/** What a run at `at` takes out with these settings. */
export async function readLogPlan(
  db: Sql,
  { useDays, actDays }: Pick<LogSettings, "useDays" | "actDays">,
  at: Date,
  days?: readonly MeasuredDay[],
): Promise<LogPlan> {
  const { cut, kept } = await findDueActs(db, { useDays, actDays }, at);
  return {
    useDays,
    actDays,
    nextRunAt: at.toISOString(),
    days: leavingDaysOf(days ?? (await readLogDays(db)), useDays, at),
    acts: cut && { acts: cut.acts, through: cut.through, until: cut.until },
    keptActs: kept,
  };
}

function paceOf(days: readonly MeasuredDay[], now: Date): LogRetention["perDay"] {
  const today = dayOf(now);
  const since = dayOf(new Date(now.getTime() - PACE_DAYS * DAY_MS));
  const oldest = days.find(({ uses }) => (uses ?? 0) > 0)?.day ?? today;
  const from = [oldest, since].toSorted()[1] ?? today;
  const count = Math.round((Date.parse(today) - Date.parse(from)) / DAY_MS);
  if (count < 1) return null;
  const whole = days.filter(({ day }) => day >= from && day < today);
  const sum = (of: (day: MeasuredDay) => number | null) =>
    Math.round(whole.reduce((total, day) => total + (of(day) ?? 0), 0) / count);
  return { uses: sum((day) => day.uses), bytes: sum((day) => day.bytes), days: count };
}

/** The oldest day whose time has come, where it was found that it does not hold and nobody let it go. */
async function findHeldDay(
  db: Sql,
  days: readonly MeasuredDay[],
  useDays: number,
  now: Date,
): Promise<HeldDay | null> {
  const day = leavingDaysOf(days, useDays, now).days[0]?.day;
  if (day === undefined) return null;
  const check = await findDayCheck(db, day);
  if (check === null || holdsForUses(check) || (await isReleased(db, day))) return null;
  return {
    day,
    foundAt: (check.endedAt ?? check.createdAt).toISOString(),
    checkId: check.id,
    problems: (check.found?.problems ?? []).filter(({ chain }) => chain !== ADMIN_CHAIN),
  };
}

type Acts = { count: bigint; bytes: bigint; oldest: Date | null; recent: bigint };

const ACTS = `SELECT count(*) AS count, pg_total_relation_size('audit_entry') AS bytes, min(at) AS oldest,
  count(*) FILTER (WHERE at >= $1::timestamptz - interval '${PACE_DAYS} days') AS recent FROM audit_entry`;

/**
 * How long uses and acts stay on record, what that costs day by day, what leaves next, and what has left. Uses of past days are as many as the database's
 * statistics have. Needs `organisation:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getLogRetention(ctx: Context): Promise<LogRetention> {
  requirePermission(ctx, "organisation:read");
  const { db, now } = ctx;
  const [settings, days, [acts], [sizes], purgedDays, purgedActs, [ever]] = await Promise.all([
    readLogSettings(db),
    readLogDays(db),
    db.query<Acts>(ACTS, [now]),
    db.query<{ seals: bigint }>(
      "SELECT pg_total_relation_size('seal') + pg_total_relation_size('checkpoint') AS seals",
    ),
    db.query<{ day: Date; leftAt: Date; uses: bigint; bytes: bigint; keptDays: number; checkpoint: bigint }>(
      `SELECT day, left_at AS "leftAt", uses, bytes, kept_days AS "keptDays", checkpoint FROM purged_use_day ORDER BY day DESC LIMIT $1::int`,
      [PURGED_SHOWN],
    ),
    db.query<{
      through: bigint;
      leftAt: Date;
      acts: bigint;
      until: Date;
      keptDays: number;
      checkpoint: bigint;
    }>(
      `SELECT through, left_at AS "leftAt", acts, until, kept_days AS "keptDays", checkpoint FROM purged_acts ORDER BY through DESC LIMIT $1::int`,
      [PURGED_SHOWN],
    ),
    db.query<{ days: bigint; uses: bigint; acts: bigint }>(
      `SELECT (SELECT count(*) FROM purged_use_day) AS days, (SELECT coalesce(sum(uses), 0)::bigint FROM purged_use_day) AS uses,
         (SELECT coalesce(sum(acts), 0)::bigint FROM purged_acts) AS acts`,
    ),
  ]);
  const perDay = paceOf(days, now);
  const actSpanDays = acts?.oldest == null ? 0 : (now.getTime() - acts.oldest.getTime()) / DAY_MS;
  return {
    ...settings,
    due: await readLogPlan(db, settings, nextLogRunAt(now), days),
    heldByClock: await findClockHold(db),
    heldDay: await findHeldDay(db, days, settings.useDays, now),
    days: days.map((day) => dayRow(day, settings.useDays)),
    uses: days.reduce((sum, day) => sum + (day.uses ?? 0), 0),
    bytes: days.reduce((sum, day) => sum + (day.bytes ?? 0), 0),
    perDay,
    acts: {
      count: Number(acts?.count ?? 0),
      bytes: Number(acts?.bytes ?? 0),
      oldestAt: acts?.oldest?.toISOString() ?? null,
      perDay:
        actSpanDays < 1 ? null : Math.round(Number(acts?.recent ?? 0) / Math.min(PACE_DAYS, actSpanDays)),
    },
    sealBytes: Number(sizes?.seals ?? 0),
    purgedDays: purgedDays.map((one) => ({
      day: dayOf(one.day),
      leftAt: one.leftAt.toISOString(),
      uses: Number(one.uses),
      bytes: Number(one.bytes),
      keptDays: one.keptDays,
      checkpoint: Number(one.checkpoint),
    })),
    purgedActs: purgedActs.map((one) => ({
      through: Number(one.through),
      leftAt: one.leftAt.toISOString(),
      acts: Number(one.acts),
      until: one.until.toISOString(),
      keptDays: one.keptDays,
      checkpoint: Number(one.checkpoint),
    })),
    purged: {
      days: Number(ever?.days ?? 0),
      uses: Number(ever?.uses ?? 0),
      acts: Number(ever?.acts ?? 0),
    },
  };
}

/**
 * What the next run would take out of the log with these settings. Changes nothing. Needs `organisation:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function planLogRetention(
  ctx: Context,
  settings: Pick<LogSettings, "useDays" | "actDays">,
): Promise<LogPlan> {
  requirePermission(ctx, "organisation:read");
  return readLogPlan(ctx.db, settings, nextLogRunAt(ctx.now));
}
