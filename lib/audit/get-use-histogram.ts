import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { all, run, sql } from "../list-query/sql-fragment.ts";
import { timeWindow } from "../list-query/time-window.ts";
import { type BucketRecord, bucketSecondsFor, fillBuckets } from "./buckets.ts";
import type { UseHistogram } from "./model.ts";
import type { TokenUsesQuery } from "./table.ts";
import { useConditions } from "./use-filters.ts";

const DAY_MS = 86_400_000;
/** The widest range that is counted. */
const RANGE_MAX_MS = 90 * DAY_MS;

function rangeOf(filters: TokenUsesQuery["filters"], now: Date): { from: Date; to: Date } {
  const window = filters.at ? timeWindow(filters.at, "back", now) : { from: null, to: null };
  const latest = new Date(now.getTime() + 1);
  const to = window.to !== null && window.to < latest ? window.to : latest;
  const floor = new Date(to.getTime() - (window.from === null ? DAY_MS : RANGE_MAX_MS));
  const from = window.from === null || window.from < floor ? floor : window.from;
  return from < to ? { from, to } : { from: new Date(to.getTime() - 1), to };
}

/**
 * Uses that match a query's filters over its time range, counted by outcome. The range is the last 24 hours where none is named, and at most 90
 * days; the answer says which it was. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getUseHistogram(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
): Promise<UseHistogram> {
  requirePermission(ctx, "audit:read");
  const { at: _, ...others } = filters;
  const { from, to } = rangeOf(filters, ctx.now);
  const bucketSeconds = bucketSecondsFor(from, to);
  const conditions = await useConditions(ctx.db, others, ctx.now);
  const records = await run<BucketRecord>(
    ctx.db,
    sql`SELECT date_bin(make_interval(secs => ${bucketSeconds}::int), x.received_at, timestamptz 'epoch') AS at, x.outcome, count(*) AS count
      FROM token_use x WHERE x.received_at >= ${from}::timestamptz AND x.received_at < ${to}::timestamptz AND ${all(conditions)}
      GROUP BY 1, 2`,
  );
  const buckets = fillBuckets(records, from, to, bucketSeconds);
  const total = { issued: 0, allowed: 0, refused: 0 };
  for (const bucket of buckets) {
    total.issued += bucket.issued;
    total.allowed += bucket.allowed;
    total.refused += bucket.refused;
  }
  return { from: from.toISOString(), to: to.toISOString(), bucketSeconds, buckets, total };
}
