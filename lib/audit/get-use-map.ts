import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { networks } from "../places/our-networks.ts";
import type { UseMapOfLog } from "./model.ts";
import { newestOf } from "./newest-uses.ts";
import type { TokenUsesQuery } from "./table.ts";
import { addressesOf, type MapRecord, mapOf } from "./use-map.ts";

const TIMEOUT_MS = 2_000;

/**
 * From which countries and networks uses that match came, by outcome: `issued`, `allowed`, `refused`; and from which addresses most of them. Of the newest 20,000, or 2,000 where those have to be picked out of many; null where reading them takes over two
 * seconds. Countries are those that were written beside each use; networks are those that announce its address today, by a database of a stated day. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getUseMap(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
): Promise<UseMapOfLog | null> {
  requirePermission(ctx, "audit:read");
  const { rows, lookedAt } = await newestOf(ctx, filters);
  const records = await withinTime<MapRecord>(
    ctx.db,
    sql`WITH newest AS MATERIALIZED (${rows})
      SELECT x.country, x.ip, x.outcome AS series, count(*)::int AS uses, min(x.at) AS first, max(x.at) AS last FROM newest x GROUP BY 1, 2, 3`,
    TIMEOUT_MS,
  );
  if (records === null) return null;
  const uses = records.reduce((sum, record) => sum + record.uses, 0);
  return { ...mapOf(records, { isCut: uses > lookedAt, ...networks() }), addresses: addressesOf(records) };
}
