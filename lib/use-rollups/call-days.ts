import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { run, sql, trusted } from "../list-query/sql-fragment.ts";
import { type CountDaysOptions, countingOfDays } from "./counting-of-days.ts";
import { DAY } from "./grains.ts";
import { NO_VERIFIER } from "./mix.ts";

/** What a use was for, and what sent it: whose values of a day are counted ahead, each with its method. */
export const CALL_KINDS = ["path", "agent"] as const;
export type CallKind = (typeof CALL_KINDS)[number];

const COLUMNS: Record<CallKind, string> = { path: "path", agent: "user_agent" };

/** Values of a kind that a day has at most: of more they are not kept, and the log is read. */
const VALUES_MAX = 5_000;
/** Uses for each count by hour and mix at least, where those are kept: else they would be another log. */
const USES_OF_COUNT = 2;

// closed days, as those are that busy days are counted of, which lack a kind; newest first
const DAYS = `
  SELECT b.day, k.kind FROM busy_use_day b CROSS JOIN unnest($1::text[]) AS k(kind)
  WHERE NOT EXISTS (SELECT FROM call_use_day c WHERE c.kind = k.kind AND c.day = b.day)
  ORDER BY b.day DESC, k.kind`;

const IS_DUE = `
  SELECT FROM busy_use_day b WHERE b.day = $2::timestamptz AND NOT EXISTS (SELECT FROM call_use_day c WHERE c.kind = $1::text AND c.day = b.day)`;

const LEAVE_TO_THE_LOG =
  "INSERT INTO call_use_day (kind, day, is_whole, has_mixes) VALUES ($1::text, $2::timestamptz, false, false)";

function partsOf(kind: CallKind, day: Date) {
  return {
    value: trusted(`x.${COLUMNS[kind]}`),
    ofDay: sql`x.received_at >= ${day}::timestamptz AND x.received_at < ${new Date(day.getTime() + DAY * 1_000)}::timestamptz`,
  };
}

async function isBounded(tx: Sql, kind: CallKind, day: Date, valuesMax: number): Promise<boolean> {
  const { value, ofDay } = partsOf(kind, day);
  const [row] = await run<{ bounded: boolean }>(
    tx,
    sql`SELECT count(*) <= ${valuesMax}::int AS bounded FROM (
        SELECT DISTINCT upper(x.method), ${value} FROM token_use x WHERE ${ofDay} LIMIT ${valuesMax + 1}::int) v`,
  );
  return row?.bounded ?? false;
}

/** A use whose mix is not known came since the day was rolled up: once that is counted again, the day is forgotten. */
async function countValues(tx: Sql, kind: CallKind, day: Date, usesOfCount: number): Promise<void> {
  const { value, ofDay } = partsOf(kind, day);
  await run(
    tx,
    sql`WITH counted AS MATERIALIZED (
        SELECT upper(x.method) AS method, ${value} AS value, extract(hour FROM x.received_at AT TIME ZONE 'UTC')::smallint AS hour, x.outcome,
          coalesce(x.refusal, '') AS refusal, x.source, x.client_id, coalesce(x.verifier_id, ${NO_VERIFIER}::uuid) AS verifier_id,
          coalesce(x.country, 'unknown') AS country, count(*)::int AS n
        FROM token_use x WHERE ${ofDay} GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
      ), known AS MATERIALIZED (
        SELECT c.method, c.value, c.hour, c.outcome, m.id AS mix, c.n FROM counted c
        JOIN use_mix m ON (m.client_id, m.verifier_id, m.source, m.outcome, m.refusal, m.country)
          = (c.client_id, c.verifier_id, c.source, c.outcome, c.refusal, c.country)
      ), size AS MATERIALIZED (
        SELECT count(*) * ${usesOfCount}::int <= sum(k.n) AS is_small FROM known k
      ), day AS (
        INSERT INTO call_use_day (kind, day, is_whole, has_mixes) SELECT ${kind}::text, ${day}::timestamptz, true, coalesce(s.is_small, true) FROM size s
      ), sums AS (
        SELECT k.method, k.value, 'outcome' AS by, k.hour, NULL::int AS mix, 0 AS n, coalesce(sum(k.n) FILTER (WHERE k.outcome = 'issued'), 0)::int AS issued,
          coalesce(sum(k.n) FILTER (WHERE k.outcome = 'allowed'), 0)::int AS allowed, coalesce(sum(k.n) FILTER (WHERE k.outcome = 'refused'), 0)::int AS refused
        FROM known k GROUP BY 1, 2, 4
        UNION ALL SELECT k.method, k.value, 'hour', k.hour, k.mix, k.n, NULL, NULL, NULL FROM known k WHERE (SELECT is_small FROM size)
        UNION ALL SELECT k.method, k.value, 'mix', NULL, k.mix, sum(k.n)::int, NULL, NULL, NULL FROM known k WHERE (SELECT is_small FROM size) GROUP BY 1, 2, 5
      )
      INSERT INTO call_use (kind, day, number, method, value, hours, issued, allowed, refused, mix_hours, hour_mixes, hour_counts, mixes, counts)
      SELECT ${kind}::text, ${day}::timestamptz, row_number() OVER ()::int, s.method, s.value,
        array_agg(s.hour) FILTER (WHERE s.by = 'outcome'), array_agg(s.issued) FILTER (WHERE s.by = 'outcome'),
        array_agg(s.allowed) FILTER (WHERE s.by = 'outcome'), array_agg(s.refused) FILTER (WHERE s.by = 'outcome'),
        coalesce(array_agg(s.hour) FILTER (WHERE s.by = 'hour'), '{}'), coalesce(array_agg(s.mix) FILTER (WHERE s.by = 'hour'), '{}'),
        coalesce(array_agg(s.n) FILTER (WHERE s.by = 'hour'), '{}'), coalesce(array_agg(s.mix) FILTER (WHERE s.by = 'mix'), '{}'),
        coalesce(array_agg(s.n) FILTER (WHERE s.by = 'mix'), '{}')
      FROM (SELECT * FROM sums ORDER BY method, value, hour, mix) s GROUP BY s.method, s.value`,
  );
}

/**
 * Counts closed days by each path and each user agent, one day after the other, each once: whoever looks for a part of one over 90 days looks through those alone, of which there are few thousands a day at most, and not
 * through the uses. Of a day with more values than that it keeps none; counts by mix beside those by outcome, where they are much fewer than the uses.
 *
 * @param db as the retention role.
 * @returns how many days were counted, by kind.
 */
export async function countCallDays(
  db: SqlDatabase,
  {
    valuesMax = VALUES_MAX,
    usesOfCount = USES_OF_COUNT,
    ...options
  }: CountDaysOptions & { valuesMax?: number; usesOfCount?: number } = {},
): Promise<number> {
  const days = await db.query<{ day: Date; kind: CallKind }>(DAYS, [[...CALL_KINDS]]);
  return countingOfDays(
    db,
    days,
    async (tx, { day, kind }) => {
      if ((await tx.query(IS_DUE, [kind, day])).length === 0) return false;
      if (await isBounded(tx, kind, day, valuesMax)) await countValues(tx, kind, day, usesOfCount);
      else await tx.query(LEAVE_TO_THE_LOG, [kind, day]);
      return true;
    },
    options,
  );
}
