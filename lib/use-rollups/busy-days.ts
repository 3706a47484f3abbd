import { readClock } from "../clocks/read-clock.ts";
import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { run, sql, trusted } from "../list-query/sql-fragment.ts";
import { type CountDaysOptions, countingOfDays, ONE_AT_A_TIME } from "./counting-of-days.ts";
import { DAY, floorTo, type Span } from "./grains.ts";
import { NO_VERIFIER } from "./mix.ts";

/** Whose uses of a day are counted ahead where they are many. */
export const BUSY_KINDS = ["user", "ip", "family"] as const;
export type BusyKind = (typeof BUSY_KINDS)[number];

/** Uses of a day from which on somebody is busy, one less: so many are soon read through an index, of 90 days too. */
const FEW = 500;

const COLUMNS: Record<BusyKind, string> = { user: "user_id", ip: "ip", family: "family_id" };

// days that are over for longer than any use is on its way, whose mixes are all known, newest first
const DAYS = `
  SELECT d.day FROM (
    SELECT to_timestamp(substr(c.relname, 11), 'YYYYMMDD') AT TIME ZONE current_setting('timezone') AT TIME ZONE 'UTC' AS day
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'token_use'::regclass AND c.relname ~ '^token_use_[0-9]{8}$') d
  CROSS JOIN use_rollup_mark m
  WHERE d.day + interval '1 day 15 minutes' < clock_timestamp() AND d.day + interval '1 day' <= m.until_at AND (m.is_whole OR d.day >= m.from_at)
    AND NOT EXISTS (SELECT FROM busy_use_day b WHERE b.day = d.day)
  ORDER BY d.day DESC`;

const BEGIN = `
  INSERT INTO busy_use_day (day, counted_at) SELECT $1::timestamptz, clock_timestamp() ON CONFLICT DO NOTHING RETURNING 1`;

/** A use whose mix is not known came since the day was rolled up: once that is counted again, the day is forgotten. */
async function countKind(tx: Sql, kind: BusyKind, day: Date, few: number): Promise<void> {
  const subject = trusted(`x.${COLUMNS[kind]}`);
  const ofDay = sql`x.received_at >= ${day}::timestamptz AND x.received_at < ${new Date(day.getTime() + DAY * 1_000)}::timestamptz`;
  await run(
    tx,
    sql`WITH busy AS MATERIALIZED (
        SELECT ${subject} AS subject FROM token_use x WHERE ${ofDay} AND ${subject} IS NOT NULL GROUP BY 1 HAVING count(*) > ${few}::int
      ), counted AS MATERIALIZED (
        SELECT b.subject, extract(hour FROM x.received_at AT TIME ZONE 'UTC')::smallint AS hour, x.outcome, coalesce(x.refusal, '') AS refusal, x.source,
          x.client_id, coalesce(x.verifier_id, ${NO_VERIFIER}::uuid) AS verifier_id, coalesce(x.country, 'unknown') AS country, count(*)::int AS n
        FROM token_use x JOIN busy b ON b.subject = ${subject} WHERE ${ofDay} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
      )
      INSERT INTO busy_use (kind, subject, day, hours, mixes, counts)
      SELECT ${kind}::text, c.subject::text, ${day}::timestamptz, array_agg(c.hour ORDER BY c.hour, m.id), array_agg(m.id ORDER BY c.hour, m.id),
        array_agg(c.n ORDER BY c.hour, m.id)
      FROM counted c JOIN use_mix m ON (m.client_id, m.verifier_id, m.source, m.outcome, m.refusal, m.country)
        = (c.client_id, c.verifier_id, c.source, c.outcome, c.refusal, c.country)
      GROUP BY c.subject`,
  );
}

/**
 * Counts closed days by each user, address and family that has many uses in it, one day after the other, each once; days that were closed before there was such a count too. What is asked about one of them over 90
 * days is answered from it, and the days of few uses from the log. Whoever writes uses does nothing for it.
 *
 * @param db as the retention role.
 * @returns how many days were counted.
 */
export async function countBusyDays(
  db: SqlDatabase,
  { few = FEW, ...options }: CountDaysOptions & { /** Uses of a day that are few. */ few?: number } = {},
): Promise<number> {
  const days = await db.query<{ day: Date }>(DAYS);
  return countingOfDays(
    db,
    days,
    async (tx, { day }) => {
      if ((await tx.query(BEGIN, [day])).length === 0) return false;
      for (const kind of BUSY_KINDS) await countKind(tx, kind, day, few);
      return true;
    },
    options,
  );
}

/** Days are read from the log again until they are counted anew, as something came into them later, or left them. Waits for a day that is being counted. */
export async function forgetDays(tx: Sql, days: readonly Date[]): Promise<void> {
  if (days.length === 0) return;
  await tx.query(ONE_AT_A_TIME);
  await tx.query("DELETE FROM busy_use_day WHERE day = ANY ($1::timestamptz[])", [days]);
}

/** The same of the days of a span that are over. */
export async function forgetBusyDays(tx: Sql, { from, to }: Span): Promise<void> {
  const days: Date[] = [];
  const nowMs = (await readClock(tx)).getTime();
  for (let day = floorTo(from, DAY); day < to; day = new Date(day.getTime() + DAY * 1_000))
    if (day.getTime() + DAY * 1_000 <= nowMs) days.push(day);
  await forgetDays(tx, days);
}
