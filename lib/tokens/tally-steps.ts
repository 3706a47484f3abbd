import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql, trusted } from "../list-query/sql-fragment.ts";

/** What is counted was written this long ago: whatever was being written then has ended, on clocks that differ as much as they may. */
export const LAG = "5 minutes";
/** Rows counted in one transaction. */
export const STEP = 100_000;
/** Before there was an instant of record, rows say 1970; from here on they have one. */
export const RECORDED_FROM = new Date(1);
const LAST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";

export type Mark = {
  timesUntil: Date;
  endsUntil: Date;
  endsAfter: string;
  /** Nothing that was written from then on is counted yet. */
  to: Date;
};

/** The week of issue, by its Monday. */
export const WEEK = sql`date_trunc('week', t.issued_at, 'UTC')`;

/** Where revocations and exchanges are counted. */
export type EndsBook = {
  /** The table of its marks. */
  marks: Fragment;
  /** Adds what `ended` names, rows of a facet and an id, with `tokens`, which joins `token t` to them. */
  add: (ended: Fragment, tokens: Fragment) => Fragment;
  /** Whether exchanged tokens that were not used are counted too. */
  countsIdle: boolean;
};

/** The instant up to which at most `step` rows were written, all of one instant together; null where there are none. `ats`: their instants, as `at`. */
export async function endOf(
  tx: Sql,
  ats: Fragment,
  { to }: Pick<Mark, "to">,
  step: number,
): Promise<Date | null> {
  const [row] = await run<{ isAny: boolean; beyond: Date | null }>(
    tx,
    sql`WITH ats AS MATERIALIZED (SELECT at FROM (${ats}) AS x ORDER BY at LIMIT ${step + 1}::int)
      SELECT EXISTS (SELECT FROM ats) AS "isAny", (SELECT at FROM ats ORDER BY at OFFSET ${step}::int LIMIT 1) AS beyond`,
  );
  if (row === undefined || !row.isAny) return null;
  return row.beyond === null ? to : new Date(row.beyond.getTime() + 1);
}

/** The rows of before there was an instant of record are counted by their ids: the last of the next, or the last of all. */
export async function lastIdOf(
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

export const unrecorded = (counts: Fragment, after: string, id: string) =>
  sql`recorded_at < ${RECORDED_FROM}::timestamptz AND ${counts} AND token_id > ${after}::uuid AND token_id <= ${id}::uuid`;

/** The tokens that some ids name. Between when they were issued, so that other partitions are not even asked. */
export async function tokensOf(tx: Sql, ids: Fragment): Promise<Fragment> {
  const [span] = await run<{ from: Date | null; to: Date | null }>(
    tx,
    sql`SELECT min(uuid_extract_timestamp(token_id)) AS "from", max(uuid_extract_timestamp(token_id)) AS "to" FROM (${ids}) AS x(token_id)`,
  );
  return sql`JOIN token t ON t.issued_at = uuid_extract_timestamp(e.token_id) AND t.id = e.token_id
    AND t.issued_at BETWEEN ${span?.from ?? null}::timestamptz AND ${span?.to ?? null}::timestamptz`;
}

/** The next revocations and exchanges, and which tokens have both, by when they expire. */
export async function countEnds(
  tx: Sql,
  mark: Mark,
  step: number,
  { marks, add, countsIdle }: EndsBook,
): Promise<boolean> {
  if (mark.endsUntil < RECORDED_FROM) {
    const counts = sql`revoked_at IS NOT NULL`;
    const { id, isLast } = await lastIdOf(tx, "token_standing", { counts, after: mark.endsAfter, step });
    const rows = sql`FROM token_standing WHERE ${unrecorded(counts, mark.endsAfter, id)}`;
    const tokens = await tokensOf(tx, sql`SELECT token_id ${rows}`);
    await run(tx, add(sql`SELECT 'revoked', token_id ${rows}`, tokens));
    await run(
      tx,
      sql`UPDATE ${marks} SET ends_after = ${id}::uuid, ends_until = ${isLast ? RECORDED_FROM : mark.endsUntil}::timestamptz`,
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
    const idle = countsIdle
      ? sql` UNION ALL SELECT 'idle', c.token_id FROM c LEFT JOIN token_usage u ON u.token_id = c.token_id WHERE u.last_used_at IS NULL`
      : sql``;
    await run(
      tx,
      sql`WITH c AS MATERIALIZED (${c}), r AS MATERIALIZED (${r})
        ${add(
          sql`SELECT 'consumed', token_id FROM c UNION ALL SELECT 'revoked', token_id FROM r
            UNION ALL SELECT 'both', c.token_id FROM c JOIN token_standing s ON s.token_id = c.token_id
              WHERE s.revoked_at IS NOT NULL AND s.recorded_at < ${to}::timestamptz
            UNION ALL SELECT 'both', r.token_id FROM r JOIN refresh_consumption k ON k.token_id = r.token_id WHERE k.consumed_at < ${from}::timestamptz${idle}`,
          tokens,
        )}`,
    );
  }
  await run(tx, sql`UPDATE ${marks} SET ends_until = ${to ?? mark.to}::timestamptz`);
  return to !== null && to < mark.to;
}
