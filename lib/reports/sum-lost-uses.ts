import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";

export type LostUses = {
  /** In the whole of the time. */
  lost: number;
  /** By the beginning of each hour that has some: ISO 8601 in UTC. */
  byHour: Record<string, number>;
};

/** How many uses a verifier lost since an instant, by its own account, however many minutes had some. Needs `audit:read`. @throws {DomainError} FORBIDDEN */
export async function sumLostUses(
  ctx: Context,
  { verifierId, from }: { verifierId: string; from: Date },
): Promise<LostUses> {
  requirePermission(ctx, "audit:read");
  const rows = await run<{ hour: Date; lost: bigint }>(
    ctx.db,
    sql`SELECT date_trunc('hour', g.minute, 'UTC') AS hour, sum(g.lost)::bigint AS lost FROM report_gap g
      WHERE g.verifier_id = ${verifierId}::uuid AND g.minute >= ${from}::timestamptz GROUP BY 1`,
  );
  return {
    lost: rows.reduce((sum, { lost }) => sum + Number(lost), 0),
    byHour: Object.fromEntries(rows.map(({ hour, lost }) => [hour.toISOString(), Number(lost)])),
  };
}
