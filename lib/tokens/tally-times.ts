import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import {
  countEnds,
  type EndsBook,
  type Mark as EndsMark,
  endOf,
  LAG,
  lastIdOf,
  RECORDED_FROM,
  STEP,
  tokensOf,
  unrecorded,
  WEEK,
} from "./tally-steps.ts";
import { expiryBucket, lifeBucket } from "./time-buckets.ts";

type Mark = EndsMark & { usesUntil: Date; usesAfter: string };

function add(rows: Fragment): Fragment {
  return sql`INSERT INTO token_time_tally AS y (facet, bucket, week, kind, tokens) ${rows}
    ON CONFLICT (facet, bucket, week, kind) DO UPDATE SET tokens = y.tokens + excluded.tokens`;
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

/** What `ended` names, as rows of a facet and an id, by when its tokens expire. */
function byExpiry(ended: Fragment, tokens: Fragment): Fragment {
  return sql`SELECT e.facet, ${expiryBucket(sql`t.expires_at`)}, ${WEEK}, t.kind, count(*) FROM (${ended}) AS e(facet, token_id)
    ${tokens} GROUP BY 1, 2, 3, 4`;
}

const ENDS: EndsBook = {
  marks: sql`token_time_tally_mark`,
  add: (ended, tokens) => add(byExpiry(ended, tokens)),
  countsIdle: true,
};

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

const COUNTS = {
  times: countTimes,
  ends: (tx: Sql, mark: Mark, size: number) => countEnds(tx, mark, size, ENDS),
  uses: countUses,
};

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
