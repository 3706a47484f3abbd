import { requirePermission } from "../authz/require-permission.ts";
import { findClockHold } from "../clocks/find-clock-fault.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { dateOf, nextRunAt, type Retention, type RetentionPlan } from "./model.ts";
import { leavingOf, readBesideBytes, readRegisterWeeks, weekRow } from "./register-weeks.ts";

const PURGED_SHOWN = 100;

/** The setting, and the organisation's version that a change of it carries; `lock` holds both until the transaction ends. */
export async function readExpiredTokenDays(
  db: Sql,
  lock: "update" | "none" = "none",
): Promise<{ days: number; version: number }> {
  const [row] = await db.query<{ days: number; version: number }>(
    `SELECT expired_token_days AS days, version FROM organisation WHERE id = 1${lock === "update" ? " FOR UPDATE" : ""}`,
  );
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The organisation's settings are missing.");
  return row;
}

/**
 * How long expired tokens stay in the register, what that costs week by week, what leaves next, and what has left. Needs `organisation:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getRetention(ctx: Context): Promise<Retention> {
  requirePermission(ctx, "organisation:read");
  const { db, now } = ctx;
  const [{ days, version }, all, besideBytes, purged, [ever]] = await Promise.all([
    readExpiredTokenDays(db),
    readRegisterWeeks(db),
    readBesideBytes(db),
    run<{ week: Date; leftAt: Date; tokens: bigint; bytes: bigint; keptDays: number }>(
      db,
      sql`SELECT week, left_at AS "leftAt", tokens, bytes, kept_days AS "keptDays" FROM purged_week ORDER BY left_at DESC, week DESC LIMIT ${PURGED_SHOWN}::int`,
    ),
    run<{ weeks: bigint; tokens: bigint }>(
      db,
      sql`SELECT count(*) AS weeks, coalesce(sum(tokens), 0)::bigint AS tokens FROM purged_week`,
    ),
  ]);
  const next = nextRunAt(now);
  // partitions are made ahead of time
  const weeks = all.filter((week) => week.week <= now || week.tokens > 0);
  return {
    expiredTokenDays: days,
    version,
    nextRunAt: next.toISOString(),
    heldByClock: await findClockHold(db),
    weeks: weeks.map((week) => weekRow(week, days)),
    tokens: weeks.reduce((sum, week) => sum + week.tokens, 0),
    bytes: weeks.reduce((sum, week) => sum + (week.bytes ?? 0), 0),
    besideBytes,
    due: leavingOf(weeks, days, next),
    purged: purged.map((week) => ({
      week: dateOf(week.week),
      leftAt: week.leftAt.toISOString(),
      tokens: Number(week.tokens),
      bytes: Number(week.bytes),
      keptDays: week.keptDays,
    })),
    purgedTokens: Number(ever?.tokens ?? 0),
    purgedWeeks: Number(ever?.weeks ?? 0),
  };
}

/**
 * What the next run would take out of the register if expired tokens were kept for `days`. Changes nothing. Needs `organisation:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function planRetention(ctx: Context, days: number): Promise<RetentionPlan> {
  requirePermission(ctx, "organisation:read");
  const next = nextRunAt(ctx.now);
  return {
    expiredTokenDays: days,
    nextRunAt: next.toISOString(),
    ...leavingOf(await readRegisterWeeks(ctx.db), days, next),
  };
}
