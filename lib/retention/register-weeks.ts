import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { dateOf, type Leaving, leavesAt, type RegisterWeek } from "./model.ts";

/** A week of the register: its tokens as the tally and the rows after it count them, its partitions' bytes, when its last token expires. */
export type MeasuredWeek = { week: Date; tokens: number; bytes: number | null; lastExpiry: Date | null };

/** Every week that has a partition or a token, from the oldest to the newest. Sizes are the catalogue's; nothing is scanned but what the tally has not counted yet. */
export async function readRegisterWeeks(db: Sql): Promise<MeasuredWeek[]> {
  const rows = await run<{ week: Date; tokens: bigint; bytes: bigint | null; lastExpiry: Date | null }>(
    db,
    sql`WITH part AS (
        SELECT to_date(substr(c.relname, 7), 'YYYYMMDD')::timestamp AT TIME ZONE 'UTC' AS week,
          pg_total_relation_size(c.oid) + coalesce(pg_total_relation_size(l.oid), 0) AS bytes
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
          LEFT JOIN pg_class l ON l.relnamespace = c.relnamespace AND l.relname = replace(c.relname, 'token_', 'token_label_')
        WHERE i.inhparent = 'token'::regclass AND c.relname ~ '^token_[0-9]{8}$'),
      counted AS (
        SELECT week, sum(tokens)::bigint AS tokens FROM token_tally WHERE facet = 'all' AND label = '' GROUP BY week
        UNION ALL SELECT date_trunc('week', issued_at, 'UTC'), count(*) FROM token
          WHERE issued_at >= (SELECT counted_until FROM token_tally_mark) GROUP BY 1),
      weeks AS (SELECT week FROM part UNION SELECT week FROM counted)
      SELECT w.week, coalesce((SELECT sum(c.tokens) FROM counted c WHERE c.week = w.week), 0)::bigint AS tokens,
        (SELECT p.bytes FROM part p WHERE p.week = w.week) AS bytes,
        (SELECT t.expires_at FROM token t WHERE t.issued_at >= w.week AND t.issued_at < w.week + interval '7 days'
          ORDER BY t.expires_at DESC LIMIT 1) AS "lastExpiry"
      FROM weeks w ORDER BY w.week`,
  );
  return rows.map((row) => ({
    week: row.week,
    tokens: Number(row.tokens),
    bytes: row.bytes === null ? null : Number(row.bytes),
    lastExpiry: row.lastExpiry,
  }));
}

/** Bytes of what is kept beside the register, token by token. */
export async function readBesideBytes(db: Sql): Promise<number> {
  const [row] = await run<{ bytes: bigint }>(
    db,
    sql`SELECT sum(pg_total_relation_size(name::regclass))::bigint AS bytes FROM unnest(ARRAY['token_usage', 'token_standing',
      'refresh_consumption', 'selection_token', 'token_family', 'token_tally', 'token_time_tally', 'token_client_tally', 'live_token']) AS name`,
  );
  return Number(row?.bytes ?? 0);
}

export function weekRow(week: MeasuredWeek, days: number): RegisterWeek {
  return {
    week: dateOf(week.week),
    tokens: week.tokens,
    bytes: week.bytes,
    lastExpiresAt: week.lastExpiry?.toISOString() ?? null,
    leavesAt: leavesAt(week, days).toISOString(),
  };
}

/** What may leave at `now`, with expired tokens kept for `days`. */
export function leavingOf(weeks: readonly MeasuredWeek[], days: number, now: Date): Leaving {
  const leaving = weeks.filter((week) => leavesAt(week, days) <= now);
  return {
    weeks: leaving.map((week) => weekRow(week, days)),
    tokens: leaving.reduce((sum, week) => sum + week.tokens, 0),
    bytes: leaving.reduce((sum, week) => sum + (week.bytes ?? 0), 0),
  };
}
