import type { Database } from "../db/database.ts";
import { run, sql, trusted } from "../list-query/sql-fragment.ts";

/** Tokens are counted this long after their issue: whatever was being written then has ended, on clocks that differ as much as they may. */
const LAG = "5 minutes";
/** Tokens counted in one transaction. */
const STEP = 100_000;

const COUNT = sql`
  WITH fresh AS MATERIALIZED (
    SELECT date_trunc('week', issued_at, 'UTC') AS week, client_id, kind, format, scopes, groups, roles, audiences, signing_kid,
      user_id, coalesce(country, 'unknown') AS country, tally_network_of(address_of(ip)) AS network, ceil(extract(epoch FROM expires_at - issued_at))::int AS life FROM token`;

/** What carries the same labels goes together before they are taken apart: there are few mixes of them. */
const labelled = (facet: string, column: string) => {
  const [labels, name] = [trusted(column), trusted(`'${facet}'`)];
  return sql`SELECT week, client_id, kind, format, ${name} AS facet, l AS label, n, longest, shortest FROM (SELECT week, client_id, kind, format, ${labels} AS labels,
      count(*) AS n, max(life) AS longest, min(life) AS shortest FROM fresh WHERE ${labels} <> '{}' GROUP BY 1, 2, 3, 4, 5) m,
      LATERAL (SELECT DISTINCT unnest(m.labels)) AS x(l)`;
};

/** Each token once for itself and once for each label that it carries. */
const FACETS = sql`
    SELECT week, client_id, kind, format, 'all' AS facet, '' AS label, 1::bigint AS n, life AS longest, life AS shortest FROM fresh
    UNION ALL SELECT week, client_id, kind, format, 'key', signing_kid, 1, life, life FROM fresh WHERE signing_kid IS NOT NULL
    UNION ALL SELECT week, client_id, kind, format, 'holder', 'user', 1, life, life FROM fresh WHERE user_id IS NOT NULL
    UNION ALL SELECT week, client_id, kind, format, 'network', network, 1, life, life FROM fresh WHERE network IS NOT NULL
    UNION ALL SELECT week, client_id, kind, format, 'country', country, 1, life, life FROM fresh
    UNION ALL ${labelled("scope", "scopes")} UNION ALL ${labelled("group", "groups")}
    UNION ALL ${labelled("role", "roles")} UNION ALL ${labelled("audience", "audiences")}`;

/**
 * Counts the next tokens into the tally, in one transaction with the mark that says up to where: whoever reads both reads what belongs together.
 * Any number of workers may call it; one at a time counts.
 *
 * @returns how many were counted; 0 where there is nothing to count yet.
 */
async function tallyTokens(db: Database, { lag = LAG, step = STEP } = {}): Promise<number> {
  return db.transaction(async (tx) => {
    const [mark] = await run<{ from: Date; to: Date }>(
      tx,
      sql`SELECT counted_until AS "from", clock_timestamp() - ${lag}::interval AS "to" FROM token_tally_mark FOR UPDATE SKIP LOCKED`,
    );
    if (mark === undefined || mark.to <= mark.from) return 0;
    const [beyond] = await run<{ at: Date }>(
      tx,
      sql`SELECT issued_at AS at FROM token WHERE issued_at >= ${mark.from}::timestamptz AND issued_at < ${mark.to}::timestamptz
        ORDER BY issued_at OFFSET ${step}::int LIMIT 1`,
    );
    // all of one instant go together: the mark is an instant
    const to = beyond === undefined ? mark.to : new Date(beyond.at.getTime() + 1);
    const [counted] = await run<{ tokens: bigint }>(
      tx,
      sql`${COUNT} WHERE issued_at >= ${mark.from}::timestamptz AND issued_at < ${to}::timestamptz), faceted AS (${FACETS}), added AS (
          INSERT INTO token_tally AS y (week, client_id, kind, format, facet, label, tokens, longest_seconds, shortest_seconds)
          SELECT week, client_id, kind, format, facet, label, sum(n), max(longest), min(shortest) FROM faceted GROUP BY 1, 2, 3, 4, 5, 6
          ON CONFLICT (facet, label, week, client_id, kind, format) DO UPDATE SET tokens = y.tokens + excluded.tokens,
            longest_seconds = greatest(y.longest_seconds, excluded.longest_seconds),
            shortest_seconds = least(y.shortest_seconds, excluded.shortest_seconds))
        SELECT count(*) AS tokens FROM fresh`,
    );
    await run(tx, sql`UPDATE token_tally_mark SET counted_until = ${to}::timestamptz`);
    return Number(counted?.tokens ?? 0);
  });
}

/** Counts all that is to be counted, step by step; returns how many tokens. */
export async function tallyAll(db: Database, options: { lag?: string; step?: number } = {}): Promise<number> {
  const step = options.step ?? STEP;
  let all = 0;
  for (;;) {
    const counted = await tallyTokens(db, options);
    all += counted;
    if (counted < step) return all;
  }
}
