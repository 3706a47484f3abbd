import type { Context } from "../context.ts";
import { type Fragment, joined, sql } from "../list-query/sql-fragment.ts";
import { timedCache } from "../list-query/timed-cache.ts";
import { withinTime } from "../list-query/within-time.ts";
import { partsOf, type RangeParts } from "../use-rollups/grains.ts";
import { NO_VERIFIER } from "../use-rollups/mix.ts";
import { readCovered } from "../use-rollups/read-covered.ts";
import type { VerifierUses } from "./model.ts";

const TIMEOUT_MS = 1_900;
const HOUR_SECONDS = 3_600;
const HOUR_MS = HOUR_SECONDS * 1_000;
const HOURS = 24;

/** `refusal`: empty where it was let in. */
type HourRecord = { verifierId: string; at: Date; refusal: string; count: bigint };

const kept = timedCache<object, ReadonlyMap<string, VerifierUses> | null>();

/**
 * What the verifiers let in and refused in the last 24 hours, hour by hour, of all in one count that is kept for as long as it is worth. A
 * verifier without a use is not in it. Exact, rolled up or not. Null where it cannot be counted in time.
 */
export function readVerifierUses(ctx: Context): Promise<ReadonlyMap<string, VerifierUses> | null> {
  return kept.get(ctx.db.pool, () => countVerifierUses(ctx));
}

/** Of a verifier that was not used. */
export function noUses(now: Date): VerifierUses {
  const firstMs = (Math.floor(now.getTime() / HOUR_MS) - (HOURS - 1)) * HOUR_MS;
  const hours = Array.from({ length: HOURS }, (_, index) => ({
    at: new Date(firstMs + index * HOUR_MS).toISOString(),
    allowed: 0,
    refused: 0,
  }));
  return { allowed: 0, refused: 0, refusals: {}, hours };
}

/** The same, counted now. */
export async function countVerifierUses(ctx: Context): Promise<ReadonlyMap<string, VerifierUses> | null> {
  const empty = noUses(ctx.now);
  const range = { from: new Date(empty.hours[0]?.at ?? ctx.now), to: new Date(ctx.now.getTime() + 1) };
  const parts = partsOf(range, await readCovered(ctx.db), HOUR_SECONDS);
  const records = await withinTime<HourRecord>(ctx.db, countsOf(parts), TIMEOUT_MS);
  if (records === null) return null;
  const found = new Map<string, VerifierUses>();
  for (const { verifierId, at, refusal, count } of records) {
    const uses = found.get(verifierId) ?? structuredClone(empty);
    found.set(verifierId, uses);
    const outcome = refusal === "" ? "allowed" : "refused";
    uses[outcome] += Number(count);
    if (refusal !== "") uses.refusals[refusal] = (uses.refusals[refusal] ?? 0) + Number(count);
    const hour = uses.hours.find((one) => one.at === at.toISOString());
    if (hour !== undefined) hour[outcome] += Number(count);
  }
  return found;
}

/** Counts by verifier, hour and reason of each part, those of the log and those that are rolled up. */
function countsOf({ rolled, log }: RangeParts): Fragment {
  const hour = sql`make_interval(secs => ${HOUR_SECONDS}::int)`;
  const counts = [
    ...log.map(
      ({
        from,
        to,
      }) => sql`SELECT x.verifier_id, date_bin(${hour}, x.received_at, timestamptz 'epoch') AS at, coalesce(x.refusal, '') AS refusal, count(*) AS n
        FROM token_use x WHERE x.received_at >= ${from}::timestamptz AND x.received_at < ${to}::timestamptz
          AND x.verifier_id IS NOT NULL AND x.outcome IN ('allowed', 'refused') GROUP BY 1, 2, 3`,
    ),
    ...rolled.map(
      ({
        grain,
        from,
        to,
      }) => sql`SELECT m.verifier_id, date_bin(${hour}, r.at, timestamptz 'epoch') AS at, m.refusal, sum(u.n)::bigint AS n
        FROM use_rollup r CROSS JOIN LATERAL unnest(r.mixes, r.counts) AS u(mix, n) JOIN use_mix m ON m.id = u.mix
        WHERE r.grain = ${grain}::int AND r.at >= ${from}::timestamptz AND r.at < ${to}::timestamptz
          AND m.verifier_id <> ${NO_VERIFIER}::uuid AND m.outcome IN ('allowed', 'refused') GROUP BY 1, 2, 3`,
    ),
  ];
  return sql`SELECT p.verifier_id AS "verifierId", p.at, p.refusal, sum(p.n)::bigint AS count
    FROM (${joined(counts, " UNION ALL ")}) p GROUP BY 1, 2, 3`;
}
