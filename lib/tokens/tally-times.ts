import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql, trusted } from "../list-query/sql-fragment.ts";
import { expiryBucket, lifeBucket } from "./time-buckets.ts";

/** What is counted was written this long ago: whatever was being written then has ended, on clocks that differ as much as they may. */
const LAG = "5 minutes";
/** Rows counted in one transaction. */
const STEP = 100_000;
/** Before there was an instant of record, rows say 1970; from here on they have one. */
const RECORDED_FROM = new Date(1);
const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

type Mark = {
  timesUntil: Date;
  endsUntil: Date;
  endsAfter: string;
  usesUntil: Date;
  usesAfter: string;
  /** Nothing that was written from then on is counted yet. */
  to: Date;
};

const WEEK = sql`date_trunc('week', t.issued_at, 'UTC')`;

function add(rows: Fragment): Fragment {
  return sql`INSERT INTO token_time_tally AS y (facet, bucket, week, kind, tokens) ${rows}
    ON CONFLICT (facet, bucket, week, kind) DO UPDATE SET tokens = y.tokens + excluded.tokens`;
}

/** The instant up to which at most `step` rows were written, all of one instant together; null where there are none. `ats`: their instants, as `at`. */
async function endOf(tx: Sql, ats: Fragment, { to }: Mark, step: number): Promise<Date | null> {
  const [row] = await run<{ isAny: boolean; beyond: Date | null }>(
    tx,
    sql`WITH ats AS MATERIALIZED (SELECT at FROM (${ats}) AS x ORDER BY at LIMIT ${step + 1}::int)
      SELECT EXISTS (SELECT FROM ats) AS "isAny", (SELECT at FROM ats ORDER BY at OFFSET ${step}::int LIMIT 1) AS beyond`,
  );
  if (row === undefined || !row.isAny) return null;
  return row.beyond === null ? to : new Date(row.beyond.getTime() + 1);
}

/** The next tokens by when they expire and how long they live. */
async function countTimes(tx: Sql, mark: Mark, step: number): Promise<boolean> {
  const [beyond] = await run<{ at: Date }>(
    tx,
    sql`SELECT issued_at AS at FROM token WHERE issued_at >= ${mark.timesUntil}::timestamptz AND issued_at < ${mark.to}::timestamptz
      ORDER BY issued_at OFFSET ${step}::int LIMIT 1`,
  );
  const to = beyond === undefined ? mark.to : new Date(beyond.at.getTime() + 1);
  await run(
    tx,
    sql`WITH fresh AS MATERIALIZED (SELECT ${WEEK} AS week, t.kind, ${expiryBucket(sql`t.expires_at`)} AS ends,
          ceil(extract(epoch FROM t.expires_at - t.issued_at))::bigint AS life, count(*) AS n
        FROM token t WHERE t.issued_at >= ${mark.timesUntil}::timestamptz AND t.issued_at < ${to}::timestamptz GROUP BY 1, 2, 3, 4)
      ${add(sql`SELECT 'expires', ends, week, kind, sum(n) FROM fresh GROUP BY 2, 3, 4
        UNION ALL SELECT 'lives', ${lifeBucket(sql`life`)}, week, kind, sum(n) FROM fresh GROUP BY 2, 3, 4`)}`,
  );
  await run(tx, sql`UPDATE token_time_tally_mark SET times_until = ${to}::timestamptz`);
  return beyond !== undefined;
}

/** The rows of before there was an instant of record are counted by their ids: the last of the next, or the last of all. */
async function lastIdOf(
  tx: Sql,
  table: "token_standing" | "token_usage",
  { counts, after, step }: { counts: Fragment; after: string; step: number },
): Promise<{ id: string; isLast: boolean }> {
  const [row] = await run<{ id: string }>(
    tx,
    sql`SELECT token_id AS id FROM ${trusted(table)} WHERE recorded_at < ${RECORDED_FROM}::timestamptz AND ${counts} AND token_id > ${after}::uuid
      ORDER BY token_id OFFSET ${step}::int LIMIT 1`,
  );
  return { id: row?.id ?? LAST_ID, isLast: row === undefined };
}

const unrecorded = (counts: Fragment, after: string, id: string) =>
  sql`recorded_at < ${RECORDED_FROM}::timestamptz AND ${counts} AND token_id > ${after}::uuid AND token_id <= ${id}::uuid`;

/** The tokens that some ids name. Between when they were issued, so that other partitions are not even asked. */
async function tokensOf(tx: Sql, ids: Fragment): Promise<Fragment> {
  const [span] = await run<{ from: Date | null; to: Date | null }>(
    tx,
    sql`SELECT min(uuid_extract_timestamp(token_id)) AS "from", max(uuid_extract_timestamp(token_id)) AS "to" FROM (${ids}) AS x(token_id)`,
  );
  return sql`JOIN token t ON t.issued_at = uuid_extract_timestamp(e.token_id) AND t.id = e.token_id
    AND t.issued_at BETWEEN ${span?.from ?? null}::timestamptz AND ${span?.to ?? null}::timestamptz`;
}

/** What `ended` names, as rows of a facet and an id, by when its tokens expire. */
function byExpiry(ended: Fragment, tokens: Fragment): Fragment {
  return sql`SELECT e.facet, ${expiryBucket(sql`t.expires_at`)}, ${WEEK}, t.kind, count(*) FROM (${ended}) AS e(facet, token_id)
    ${tokens} GROUP BY 1, 2, 3, 4`;
}

/** The next revocations and exchanges, and which tokens have both, by when they expire. */
async function countEnds(tx: Sql, mark: Mark, step: number): Promise<boolean> {
  if (mark.endsUntil < RECORDED_FROM) {
    const counts = sql`revoked_at IS NOT NULL`;
    const { id, isLast } = await lastIdOf(tx, "token_standing", { counts, after: mark.endsAfter, step });
    const rows = sql`FROM token_standing WHERE ${unrecorded(counts, mark.endsAfter, id)}`;
    const tokens = await tokensOf(tx, sql`SELECT token_id ${rows}`);
    await run(tx, add(byExpiry(sql`SELECT 'revoked', token_id ${rows}`, tokens)));
    await run(
      tx,
      sql`UPDATE token_time_tally_mark SET ends_after = ${id}::uuid, ends_until = ${isLast ? RECORDED_FROM : mark.endsUntil}::timestamptz`,
    );
    return true;
  }
  const from = mark.endsUntil;
  const exchanged = (to: Date) =>
    sql`consumed_at >= ${from}::timestamptz AND consumed_at < ${to}::timestamptz`;
  const revoked = (to: Date) =>
    sql`revoked_at IS NOT NULL AND recorded_at >= ${from}::timestamptz AND recorded_at < ${to}::timestamptz`;
  const ats = sql`SELECT consumed_at AS at FROM refresh_consumption WHERE ${exchanged(mark.to)}
    UNION ALL SELECT recorded_at FROM token_standing WHERE ${revoked(mark.to)}`;
  const to = await endOf(tx, ats, mark, step);
  if (to !== null) {
    const [c, r] = [
      sql`SELECT token_id FROM refresh_consumption WHERE ${exchanged(to)}`,
      sql`SELECT token_id FROM token_standing WHERE ${revoked(to)}`,
    ];
    const tokens = await tokensOf(tx, sql`${c} UNION ALL ${r}`);
    await run(
      tx,
      sql`WITH c AS MATERIALIZED (${c}), r AS MATERIALIZED (${r})
        ${add(
          byExpiry(
            sql`SELECT 'consumed', token_id FROM c UNION ALL SELECT 'revoked', token_id FROM r
            UNION ALL SELECT 'both', c.token_id FROM c JOIN token_standing s ON s.token_id = c.token_id
              WHERE s.revoked_at IS NOT NULL AND s.recorded_at < ${to}::timestamptz
            UNION ALL SELECT 'both', r.token_id FROM r JOIN refresh_consumption k ON k.token_id = r.token_id WHERE k.consumed_at < ${from}::timestamptz
            UNION ALL SELECT 'idle', c.token_id FROM c LEFT JOIN token_usage u ON u.token_id = c.token_id WHERE u.last_used_at IS NULL`,
            tokens,
          ),
        )}`,
    );
  }
  await run(tx, sql`UPDATE token_time_tally_mark SET ends_until = ${to ?? mark.to}::timestamptz`);
  return to !== null && to < mark.to;
}

/** The next tokens that were used for the first time. */
async function countUses(tx: Sql, mark: Mark, step: number): Promise<boolean> {
  const addUsed = async (ids: Fragment) => {
    const tokens = await tokensOf(tx, ids);
    await run(
      tx,
      add(sql`SELECT 'used', 0, ${WEEK}, 'any', count(*) FROM (${ids}) AS e(token_id) ${tokens} GROUP BY 3`),
    );
  };
  if (mark.usesUntil < RECORDED_FROM) {
    const counts = sql`last_used_at IS NOT NULL`;
    const { id, isLast } = await lastIdOf(tx, "token_usage", { counts, after: mark.usesAfter, step });
    await addUsed(sql`SELECT token_id FROM token_usage WHERE ${unrecorded(counts, mark.usesAfter, id)}`);
    await run(
      tx,
      sql`UPDATE token_time_tally_mark SET uses_after = ${id}::uuid, uses_until = ${isLast ? RECORDED_FROM : mark.usesUntil}::timestamptz`,
    );
    return true;
  }
  const recorded = (
    to: Date,
  ) => sql`last_used_at IS NOT NULL AND recorded_at >= ${mark.usesUntil}::timestamptz
    AND recorded_at < ${to}::timestamptz`;
  const to = await endOf(
    tx,
    sql`SELECT recorded_at AS at FROM token_usage WHERE ${recorded(mark.to)}`,
    mark,
    step,
  );
  if (to !== null) await addUsed(sql`SELECT token_id FROM token_usage WHERE ${recorded(to)}`);
  await run(tx, sql`UPDATE token_time_tally_mark SET uses_until = ${to ?? mark.to}::timestamptz`);
  return to !== null && to < mark.to;
}

const COUNTS = { times: countTimes, ends: countEnds, uses: countUses };

/** One step of one count, in a transaction with its mark; whether there is more. One worker at a time counts. */
function step(db: Database, what: keyof typeof COUNTS, lag: string, size: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [mark] = await run<Mark>(
      tx,
      sql`SELECT times_until AS "timesUntil", ends_until AS "endsUntil", ends_after AS "endsAfter", uses_until AS "usesUntil",
        uses_after AS "usesAfter", date_trunc('milliseconds', clock_timestamp() - ${lag}::interval) AS "to" FROM token_time_tally_mark FOR UPDATE SKIP LOCKED`,
    );
    if (mark === undefined) return false;
    const isDue = { times: mark.timesUntil, ends: mark.endsUntil, uses: mark.usesUntil }[what] < mark.to;
    return isDue && COUNTS[what](tx, mark, size);
  });
}

/**
 * Counts tokens by when they expire and how long they live, revocations and exchanges by when their tokens expire, and tokens that were used: what is new since
 * the marks, step by step, each step in one transaction with its mark. What is counted never changes but for weeks that leave. Any number of workers may call it.
 */
export async function tallyTimes(
  db: Database,
  { lag = LAG, step: size = STEP }: { lag?: string; step?: number } = {},
): Promise<void> {
  for (const what of ["times", "ends", "uses"] as const) while (await step(db, what, lag, size));
}
