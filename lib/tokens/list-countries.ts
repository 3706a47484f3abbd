import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/database.ts";
import type { Total } from "../list-query/define-table.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { timedCache } from "../list-query/timed-cache.ts";
import { withinTime } from "../list-query/within-time.ts";
import { T_COUNTRY } from "./branch.ts";

/** A country that tokens were issued to. */
export type CountryCount = {
  /** ISO 3166-1 alpha-2, or UNKNOWN_COUNTRY. */
  country: string;
  /** Exact, or at least so many where the newest could not be counted in time. */
  tokens: Total;
};

/** Tokens that the tally does not have yet are counted for so long. */
const NEWEST_TIMEOUT_MS = 300;

const counted = timedCache<Database["pool"], CountryCount[]>();

async function countCountries(db: Database): Promise<CountryCount[]> {
  const tallied = await run<{ country: string | null; tokens: bigint; until: Date }>(
    db,
    sql`SELECT m.counted_until AS until, y.label AS country, coalesce(sum(y.tokens), 0)::bigint AS tokens
      FROM token_tally_mark m LEFT JOIN token_tally y ON y.facet = 'country' GROUP BY 1, 2`,
  );
  const until = tallied[0]?.until ?? new Date(0);
  const newest = await withinTime<{ country: string; tokens: bigint }>(
    db,
    sql`SELECT ${T_COUNTRY} AS country, count(*) AS tokens FROM token t WHERE t.issued_at >= ${until}::timestamptz GROUP BY 1`,
    NEWEST_TIMEOUT_MS,
    "free",
  );
  const counts = new Map<string, number>();
  for (const { country, tokens } of [...tallied, ...(newest ?? [])])
    if (country !== null) counts.set(country, (counts.get(country) ?? 0) + Number(tokens));
  return [...counts]
    .map(([country, value]) => ({ country, tokens: { value, isExact: newest !== null } }))
    .sort((one, other) => other.tokens.value - one.tokens.value || (one.country < other.country ? -1 : 1));
}

/**
 * Every country that tokens of the register were issued to, the most frequent first, unknown among them. What the tally has counted is added up; what came
 * since is counted where it stands. Kept for ten times as long as it took. Needs `token:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listCountries(ctx: Context): Promise<CountryCount[]> {
  requirePermission(ctx, "token:read");
  return counted.get(ctx.db.pool, () => countCountries(ctx.db));
}
