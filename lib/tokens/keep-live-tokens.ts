import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { OUTLIVES } from "./live-book.ts";
import { oldestWeekExpiringAfter } from "./oldest-week.ts";
import { LAG, STEP } from "./tally-steps.ts";

/** Expired ones are taken out so seldom: the whole copy is read for it. */
const EXPIRED_EVERY_MS = 3_600_000;
/** They are kept so long after: who used them in the last 24 hours is asked. */
const EXPIRED_KEPT_MS = 24 * 3_600_000;

type Mark = { addedUntil: Date; endedUntil: Date; expiredUntil: Date; to: Date; now: Date };

/** The next tokens, of which most have ended already where a register is older than its copy. */
async function addNext(tx: Sql, mark: Mark, step: number): Promise<boolean> {
  const [beyond] = await run<{ at: Date }>(
    tx,
    sql`SELECT issued_at AS at FROM token WHERE issued_at >= ${mark.addedUntil}::timestamptz AND issued_at < ${mark.to}::timestamptz
      ORDER BY issued_at OFFSET ${step}::int LIMIT 1`,
  );
  // all of one instant go together: the mark is an instant
  const to = beyond === undefined ? mark.to : new Date(beyond.at.getTime() + 1);
  await run(
    tx,
    sql`INSERT INTO live_token (id, issued_at, kind, format, client_id, user_id, family_id, session_uid, scopes, groups, audiences, signing_kid,
        rooted_at, expires_at)
      SELECT t.id, t.issued_at, t.kind, t.format, t.client_id, t.user_id, t.family_id, t.session_uid, t.scopes, t.groups, t.audiences, t.signing_kid,
        t.rooted_at, t.expires_at FROM token t
      WHERE t.issued_at >= ${mark.addedUntil}::timestamptz AND t.issued_at < ${to}::timestamptz AND ${OUTLIVES} AND t.expires_at > ${mark.now}::timestamptz
        AND NOT EXISTS (SELECT FROM refresh_consumption c WHERE c.token_id = t.id)
        AND NOT EXISTS (SELECT FROM token_standing s WHERE s.token_id = t.id AND s.revoked_at IS NOT NULL)`,
  );
  await run(tx, sql`UPDATE live_token_mark SET added_until = ${to}::timestamptz`);
  return beyond !== undefined;
}

/** Takes out what was revoked or exchanged, up to this moment: neither comes undone, and to take one out twice does no harm. */
async function takeOutEnded(tx: Sql, mark: Mark): Promise<void> {
  const from = sql`${mark.endedUntil}::timestamptz`;
  for (const ended of [
    sql`SELECT c.token_id FROM refresh_consumption c WHERE c.consumed_at >= ${from}`,
    sql`SELECT s.token_id FROM token_standing s WHERE s.recorded_at >= ${from} AND s.revoked_at IS NOT NULL`,
  ])
    await run(tx, sql`DELETE FROM live_token WHERE id IN (${ended})`);
  await run(tx, sql`UPDATE live_token_mark SET ended_until = ${mark.to}::timestamptz`);
}

async function takeOutExpired(tx: Sql, mark: Mark): Promise<void> {
  if (mark.now.getTime() - mark.expiredUntil.getTime() < EXPIRED_KEPT_MS + EXPIRED_EVERY_MS) return;
  const until = new Date(mark.now.getTime() - EXPIRED_KEPT_MS);
  await run(tx, sql`DELETE FROM live_token WHERE expires_at <= ${until}::timestamptz`);
  await run(tx, sql`UPDATE live_token_mark SET expired_until = ${until}::timestamptz`);
}

/** One step, in a transaction with its mark; whether there is more to add. One worker at a time keeps. */
function keepNext(db: Database, lag: string, step: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [read] = await run<Mark>(
      tx,
      sql`SELECT added_until AS "addedUntil", ended_until AS "endedUntil", expired_until AS "expiredUntil", clock_timestamp() AS now,
        date_trunc('milliseconds', clock_timestamp() - ${lag}::interval) AS "to" FROM live_token_mark FOR UPDATE SKIP LOCKED`,
    );
    if (read === undefined || read.addedUntil >= read.to) return false;
    const isBegun = read.addedUntil.getTime() > 0;
    // what had ended before it was begun never comes in
    const mark = isBegun
      ? read
      : { ...read, addedUntil: await oldestWeekExpiringAfter(tx, read.now), endedUntil: read.to };
    if (mark.addedUntil > mark.to) mark.addedUntil = mark.to;
    await takeOutEnded(tx, mark);
    await takeOutExpired(tx, mark);
    return addNext(tx, mark, step);
  });
}

/**
 * Keeps the narrow copy of what lives on: adds what was issued since its marks, takes out what was revoked, exchanged or expired. Step by step, each in one
 * transaction with the marks. Any number of workers may call it.
 */
export async function keepLiveTokens(
  db: Database,
  { lag = LAG, step = STEP }: { lag?: string; step?: number } = {},
): Promise<void> {
  while (await keepNext(db, lag, step));
}
