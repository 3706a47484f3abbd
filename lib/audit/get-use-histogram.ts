import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { all, type Fragment, joined, run, sql } from "../list-query/sql-fragment.ts";
import { partsOf, type RangeParts, type Span } from "../use-rollups/grains.ts";
import { MIX_COUNTS, type MixValues, mixConditions, sumOf } from "../use-rollups/mix.ts";
import { readCovered } from "../use-rollups/read-covered.ts";
import { type BucketRecord, bucketSecondsFor, fillBuckets } from "./buckets.ts";
import { COUNTING_TIME, countNewestFirst } from "./count-newest-first.ts";
import type { UseHistogram } from "./model.ts";
import type { TokenUsesQuery } from "./table.ts";
import { mixValuesOf, useConditions } from "./use-filters.ts";
import { countedRange } from "./use-range.ts";

/** Counts by bucket and outcome of each part, those of the log and those that are rolled up. */
function countsOf(
  { rolled, log }: RangeParts,
  {
    bucketSeconds,
    values,
    conditions,
  }: { bucketSeconds: number; values: MixValues; conditions: readonly Fragment[] },
): Fragment {
  const step = sql`make_interval(secs => ${bucketSeconds}::int)`;
  const { outcome, ...rest } = values;
  const byMix = Object.keys(rest).length > 0;
  const wanted = outcome === undefined ? sql`true` : sql`o.outcome = ANY (${outcome}::text[])`;
  const counts = [
    ...log.map(
      ({
        from,
        to,
      }) => sql`SELECT date_bin(${step}, x.received_at, timestamptz 'epoch') AS at, x.outcome, count(*) AS n
        FROM token_use x WHERE x.received_at >= ${from}::timestamptz AND x.received_at < ${to}::timestamptz AND ${all(conditions)} GROUP BY 1, 2`,
    ),
    ...rolled.map(({ grain, from, to }) => {
      const spans = sql`r.grain = ${grain}::int AND r.at >= ${from}::timestamptz AND r.at < ${to}::timestamptz`;
      return byMix
        ? sql`SELECT u.at, m.outcome, ${sumOf("u.n")} AS n
            FROM (SELECT date_bin(${step}, r.at, timestamptz 'epoch') AS at, ${MIX_COUNTS} FROM use_rollup r WHERE ${spans}) u JOIN wanted m ON m.id = u.mix
            GROUP BY 1, 2`
        : sql`SELECT date_bin(${step}, r.at, timestamptz 'epoch') AS at, o.outcome, sum(o.n)::bigint AS n
            FROM use_rollup r CROSS JOIN LATERAL (VALUES ('issued', r.issued), ('allowed', r.allowed), ('refused', r.refused)) AS o(outcome, n)
            WHERE ${spans} AND ${wanted} GROUP BY 1, 2`;
    }),
  ];
  // as a table of its own, so that the counts are held against it at once: the planner takes them for a few, each to be looked up
  const mixes = byMix
    ? sql`WITH wanted AS MATERIALIZED (SELECT m.id, m.outcome FROM use_mix m WHERE ${all(mixConditions("m", values))}) `
    : sql``;
  return sql`${mixes}SELECT p.at, p.outcome, sum(p.n)::bigint AS count FROM (${joined(counts, " UNION ALL ")}) p GROUP BY 1, 2`;
}

/**
 * Uses that match a query's filters over its time range, counted by outcome. The range is the last 24 hours where none is named, and at most 90
 * days; the answer says which it was. Exact, rolled up or not; `countedFrom` is later than `from` where that of an address, user, token or family would take too long, and
 * what is before it is left out. Needs `audit:read`.
 *
 * @param time what counting from the log may take.
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getUseHistogram(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
  time = COUNTING_TIME,
): Promise<UseHistogram> {
  requirePermission(ctx, "audit:read");
  const { at: _, ...asked } = filters;
  const { from, to } = countedRange(filters, ctx.now);
  const bucketSeconds = bucketSecondsFor(from, to);
  const { values, others } = await mixValuesOf(ctx.db, asked);
  const isByMix = Object.keys(others).length === 0;
  const covered = isByMix ? await readCovered(ctx.db) : null;
  const conditions = await useConditions(ctx.db, asked, ctx.now, covered === null ? "by tokens" : "by rows");
  const counts = (span: Span) =>
    countsOf(partsOf(span, covered, bucketSeconds), { bucketSeconds, values, conditions });
  const { records, countedFrom } = isByMix
    ? { records: await run<BucketRecord>(ctx.db, counts({ from, to })), countedFrom: from }
    : await countNewestFirst(ctx.db, { from, to }, bucketSeconds, counts, time);
  const buckets = fillBuckets(records, countedFrom, to, bucketSeconds);
  const total = { issued: 0, allowed: 0, refused: 0 };
  for (const bucket of buckets) {
    total.issued += bucket.issued;
    total.allowed += bucket.allowed;
    total.refused += bucket.refused;
  }
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    countedFrom: countedFrom.toISOString(),
    bucketSeconds,
    buckets,
    total,
  };
}
