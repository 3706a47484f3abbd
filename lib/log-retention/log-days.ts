import { readClock } from "../clocks/read-clock.ts";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { DAY_MS, dayOf, type LeavingDays, type LogDay, startOfDay } from "./model.ts";

/** A day of uses: about how many rows, and the bytes of its partition. */
export type MeasuredDay = { day: string; uses: number | null; bytes: number | null };

/** When a day may leave: it has been over for `days` then. */
export function leavesAt(day: string, days: number): Date {
  return new Date(startOfDay(day).getTime() + (days + 1) * DAY_MS);
}

/** Rows that are counted where the statistics have nothing yet, which is soon after there are some: at the most. */
const COUNTED_MAX = 100_000;

async function countUncounted(db: Sql, days: readonly MeasuredDay[]): Promise<Map<string, number>> {
  const uncounted = days.filter(({ uses }) => uses === null).map(({ day }) => day);
  if (uncounted.length === 0) return new Map();
  const rows = await run<{ day: Date; uses: bigint }>(
    db,
    sql`SELECT d.day, (SELECT count(*) FROM (SELECT FROM token_use u WHERE u.received_at >= d.day AND u.received_at < d.day + interval '1 day'
        LIMIT ${COUNTED_MAX}::int) x) AS uses FROM unnest(${uncounted}::timestamptz[]) AS d(day)`,
  );
  return new Map(rows.map(({ day, uses }) => [dayOf(day), Number(uses)]));
}

/**
 * Every day up to today that has a partition or a row in the common one, from the oldest to the newest. Sizes and rows are the catalogue's; nothing is scanned
 * but the common partition, which has next to nothing, and days that the statistics have nothing of yet.
 */
export async function readLogDays(db: Sql): Promise<MeasuredDay[]> {
  const rows = await run<{ day: Date; uses: bigint | null; bytes: bigint | null }>(
    db,
    sql`SELECT to_date(substr(c.relname, 11), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' AS day,
        CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::bigint END AS uses, pg_total_relation_size(c.oid) AS bytes
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = 'token_use'::regclass AND c.relname ~ '^token_use_[0-9]{8}$'
      UNION ALL
      SELECT date_trunc('day', received_at, 'UTC'), count(*), NULL FROM partitions.token_use_default GROUP BY 1
      ORDER BY 1`,
  );
  const today = dayOf(await readClock(db));
  const days = new Map<string, MeasuredDay>();
  for (const row of rows) {
    const day = dayOf(row.day);
    const known = days.get(day);
    // partitions are made ahead of time
    if (day > today) continue;
    days.set(day, {
      day,
      uses: row.uses === null ? (known?.uses ?? null) : Number(row.uses) + (known?.uses ?? 0),
      bytes: row.bytes === null ? (known?.bytes ?? null) : Number(row.bytes),
    });
  }
  const all = [...days.values()];
  const counted = await countUncounted(db, all);
  return all.map((day) => ({ ...day, uses: day.uses ?? counted.get(day.day) ?? null }));
}

export function dayRow(day: MeasuredDay, useDays: number): LogDay {
  return { ...day, leavesAt: leavesAt(day.day, useDays).toISOString() };
}

/** What may leave at `now`, with uses kept for `useDays`. */
export function leavingDaysOf(days: readonly MeasuredDay[], useDays: number, now: Date): LeavingDays {
  const leaving = days.filter(({ day }) => leavesAt(day, useDays) <= now);
  return {
    days: leaving.map((day) => dayRow(day, useDays)),
    uses: leaving.reduce((sum, day) => sum + (day.uses ?? 0), 0),
    bytes: leaving.reduce((sum, day) => sum + (day.bytes ?? 0), 0),
  };
}
