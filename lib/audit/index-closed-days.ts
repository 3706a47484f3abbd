import type { SqlDatabase } from "../db/sql-database.ts";

const HOLDERS = ["ip", "user_id", "client_id"] as const;
/** A day of many uses takes a while; nobody waits for it but its own late uses. */
const BUILD = "10min";

// days that are over for longer than any use is on its way, newest first, each with the indexes that it lacks
const DAYS = `
  SELECT d.day, h.holder FROM (
    SELECT to_timestamp(substr(c.relname, 11), 'YYYYMMDD') AT TIME ZONE current_setting('timezone') AT TIME ZONE 'UTC' AS day, c.relname AS name
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'token_use'::regclass AND c.relname ~ '^token_use_[0-9]{8}$') d
  CROSS JOIN unnest($1::text[]) AS h(holder)
  WHERE d.day + interval '1 day 15 minutes' < clock_timestamp() AND to_regclass('partitions.' || d.name || '_of_' || h.holder) IS NULL
  ORDER BY d.day DESC, h.holder`;

/**
 * Indexes the days of the log that are over by address, by user and by client, so that one of them is found in 90 days without reading all; whoever writes uses pays nothing for
 * it. One after the other, each once.
 *
 * @param db as the retention role.
 * @returns how many indexes were built.
 */
export async function indexClosedDays(
  db: SqlDatabase,
  { isHeld = () => false }: { isHeld?: () => boolean } = {},
): Promise<number> {
  let built = 0;
  for (const { day, holder } of await db.query<{ day: Date; holder: string }>(DAYS, [[...HOLDERS]])) {
    if (isHeld()) return built;
    await db.transaction(async (tx) => {
      await tx.query(`SET LOCAL statement_timeout = '${BUILD}'`);
      await tx.query("SELECT index_uses_of_day($1::timestamptz, $2::text)", [day, holder]);
    });
    built += 1;
  }
  return built;
}
