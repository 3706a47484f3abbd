import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { all, run, sql } from "../list-query/sql-fragment.ts";
import type { Span } from "../use-rollups/grains.ts";
import { bucketSecondsFor, fillBuckets, totalOf } from "./buckets.ts";
import { COUNTING_TIME, countNewestFirst } from "./count-newest-first.ts";
import { entryConditions } from "./entry-filters.ts";
import { ACT_OUTCOMES, type ActHistogram } from "./model.ts";
import type { AuditEntriesQuery } from "./table.ts";
import { chartedRange } from "./use-range.ts";

async function findFirst(ctx: Context): Promise<Date | null> {
  const [row] = await run<{ at: Date | null }>(ctx.db, sql`SELECT min(e.at) AS at FROM audit_entry e`);
  return row?.at ?? null;
}

/**
 * Acts that match a query's filters over its time range, counted by outcome; the range as `getUseHistogram` has it. Exact; `countedFrom` is later than `from` where all would take too long, and what is
 * before it is left out. Needs `audit:read`.
 *
 * @param time what counting may take.
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getActHistogram(
  ctx: Context,
  filters: AuditEntriesQuery["filters"],
  time = COUNTING_TIME,
): Promise<ActHistogram> {
  requirePermission(ctx, "audit:read");
  const range = await chartedRange(filters, ctx.now, () => findFirst(ctx));
  const bucketSeconds = bucketSecondsFor(range.from, range.to);
  const { at: _, ...others } = filters;
  const conditions = all(entryConditions(others, ctx.now));
  const count = async ({ from, to }: Span) =>
    sql`SELECT date_bin(make_interval(secs => ${bucketSeconds}::int), e.at, timestamptz 'epoch') AS at, e.outcome, count(*) AS count
      FROM audit_entry e WHERE e.at >= ${from}::timestamptz AND e.at < ${to}::timestamptz AND ${conditions} GROUP BY 1, 2`;
  const { records, countedFrom } = await countNewestFirst(ctx.db, range, bucketSeconds, count, time);
  const buckets = fillBuckets(ACT_OUTCOMES, records, { from: countedFrom, to: range.to }, bucketSeconds);
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    countedFrom: countedFrom.toISOString(),
    bucketSeconds,
    buckets,
    total: totalOf(ACT_OUTCOMES, buckets),
  };
}
