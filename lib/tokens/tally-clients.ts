import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { countEnds, type EndsBook, LAG, type Mark, STEP, WEEK } from "./tally-steps.ts";

/** The day of expiry, in UTC. */
const DAY = sql`(t.expires_at AT TIME ZONE 'UTC')::date`;

function add(rows: Fragment): Fragment {
  return sql`INSERT INTO token_client_tally AS y (facet, client_id, day, week, kind, tokens) ${rows}
    ON CONFLICT (day, client_id, facet, week, kind) DO UPDATE SET tokens = y.tokens + excluded.tokens`;
}

const ENDS: EndsBook = {
  marks: sql`token_client_tally_mark`,
  add: (ended, tokens) =>
    add(sql`SELECT e.facet, t.client_id, ${DAY}, ${WEEK}, t.kind, count(*) FROM (${ended}) AS e(facet, token_id)
      ${tokens} GROUP BY 1, 2, 3, 4, 5`),
  countsIdle: false,
};

/** The next tokens by when they expire. */
async function countTimes(tx: Sql, mark: Mark, step: number): Promise<boolean> {
  const [beyond] = await run<{ at: Date }>(
    tx,
    sql`SELECT issued_at AS at FROM token WHERE issued_at >= ${mark.timesUntil}::timestamptz AND issued_at < ${mark.to}::timestamptz
      ORDER BY issued_at OFFSET ${step}::int LIMIT 1`,
  );
  const to = beyond === undefined ? mark.to : new Date(beyond.at.getTime() + 1);
  await run(
    tx,
    add(sql`SELECT 'expires', t.client_id, ${DAY}, ${WEEK}, t.kind, count(*) FROM token t
      WHERE t.issued_at >= ${mark.timesUntil}::timestamptz AND t.issued_at < ${to}::timestamptz GROUP BY 2, 3, 4, 5`),
  );
  await run(tx, sql`UPDATE token_client_tally_mark SET times_until = ${to}::timestamptz`);
  return beyond !== undefined;
}

const COUNTS = {
  times: countTimes,
  ends: (tx: Sql, mark: Mark, size: number) => countEnds(tx, mark, size, ENDS),
};

/** One step of one count, in a transaction with its mark; whether there is more. One worker at a time counts. */
function step(db: Database, what: keyof typeof COUNTS, lag: string, size: number): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [mark] = await run<Mark>(
      tx,
      sql`SELECT times_until AS "timesUntil", ends_until AS "endsUntil", ends_after AS "endsAfter",
        date_trunc('milliseconds', clock_timestamp() - ${lag}::interval) AS "to" FROM token_client_tally_mark FOR UPDATE SKIP LOCKED`,
    );
    if (mark === undefined) return false;
    const isDue = { times: mark.timesUntil, ends: mark.endsUntil }[what] < mark.to;
    return isDue && COUNTS[what](tx, mark, size);
  });
}

/**
 * Counts each client's tokens by the day in which they expire, and those of them that were revoked or exchanged: what is new since the marks, step by step, each
 * step in one transaction with its mark. What is counted never changes but for weeks that leave. Any number of workers may call it.
 */
export async function tallyClients(
  db: Database,
  { lag = LAG, step: size = STEP }: { lag?: string; step?: number } = {},
): Promise<void> {
  for (const what of ["times", "ends"] as const) while (await step(db, what, lag, size));
}
