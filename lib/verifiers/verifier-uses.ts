import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { timedCache } from "../list-query/timed-cache.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { VerifierUses } from "./model.ts";

const TIMEOUT_MS = 1_900;
const HOUR_MS = 3_600_000;
const HOURS = 24;

type HourRecord = { verifierId: string; at: Date; outcome: string; count: bigint };

const kept = timedCache<object, ReadonlyMap<string, VerifierUses> | null>();

/**
 * What the verifiers let in and refused in the last 24 hours, hour by hour, of all in one count that is kept for as long as it is worth. A
 * verifier without a use is not in it. Null where it cannot be counted in time.
 */
export function readVerifierUses(ctx: Context): Promise<ReadonlyMap<string, VerifierUses> | null> {
  return kept.get(ctx.db.pool, () => count(ctx));
}

/** Of a verifier that was not used. */
export function noUses(now: Date): VerifierUses {
  const firstMs = (Math.floor(now.getTime() / HOUR_MS) - (HOURS - 1)) * HOUR_MS;
  const hours = Array.from({ length: HOURS }, (_, index) => ({
    at: new Date(firstMs + index * HOUR_MS).toISOString(),
    allowed: 0,
    refused: 0,
  }));
  return { allowed: 0, refused: 0, hours };
}

async function count(ctx: Context): Promise<ReadonlyMap<string, VerifierUses> | null> {
  const empty = noUses(ctx.now);
  const from = new Date(empty.hours[0]?.at ?? ctx.now);
  const records = await withinTime<HourRecord>(
    ctx.db,
    sql`SELECT x.verifier_id AS "verifierId", date_trunc('hour', x.received_at, 'UTC') AS at, x.outcome, count(*) AS count
      FROM token_use x WHERE x.received_at >= ${from}::timestamptz AND x.verifier_id IS NOT NULL AND x.outcome IN ('allowed', 'refused')
      GROUP BY 1, 2, 3`,
    TIMEOUT_MS,
  );
  if (records === null) return null;
  const found = new Map<string, VerifierUses>();
  for (const record of records) {
    const uses = found.get(record.verifierId) ?? structuredClone(empty);
    found.set(record.verifierId, uses);
    const outcome = record.outcome === "allowed" ? "allowed" : "refused";
    uses[outcome] += Number(record.count);
    const hour = uses.hours.find(({ at }) => at === record.at.toISOString());
    if (hour !== undefined) hour[outcome] += Number(record.count);
  }
  return found;
}
