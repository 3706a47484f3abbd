import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { all, type Fragment, joined, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { partsOf, type RangeParts, type Span } from "../use-rollups/grains.ts";
import { MIX_COUNTS, type MixValues, mixConditions, sumOf } from "../use-rollups/mix.ts";
import { readCovered } from "../use-rollups/read-covered.ts";
import { type BucketRecord, bucketSecondsFor, fillBuckets } from "./buckets.ts";
import { findBusyUses } from "./busy-uses.ts";
import type { UseHistogram } from "./model.ts";
import type { TokenUsesQuery } from "./table.ts";
import { mixValuesOf, useConditions } from "./use-filters.ts";
import { countedRange } from "./use-range.ts";

const TIMEOUT_MS = 2_000;

type Asked = { bucketSeconds: number; values: MixValues };
type LogPart = Span & { conditions: readonly Fragment[] };

/** Counts of spans of the log by bucket and outcome. */
function fromLog(spans: readonly LogPart[], { bucketSeconds }: Asked): Fragment[] {
  return spans.map(
    ({ from, to, conditions }) =>
      sql`SELECT date_bin(make_interval(secs => ${bucketSeconds}::int), x.received_at, timestamptz 'epoch') AS at, x.outcome, count(*) AS n
        FROM token_use x WHERE x.received_at >= ${from}::timestamptz AND x.received_at < ${to}::timestamptz AND ${all(conditions)} GROUP BY 1, 2`,
  );
}

/** The same of counts by mix, `u(at, mix, n)`. */
const fromMixes = (counts: Fragment) =>
  sql`SELECT u.at, m.outcome, ${sumOf("u.n")} AS n FROM (${counts}) u JOIN wanted m ON m.id = u.mix GROUP BY 1, 2`;

/** The same of rollups: by their mixes where more is asked for than the outcome. */
function fromRollups(rolled: RangeParts["rolled"], { bucketSeconds, values }: Asked): Fragment[] {
  const step = sql`make_interval(secs => ${bucketSeconds}::int)`;
  const { outcome, ...rest } = values;
  const wanted = outcome === undefined ? sql`true` : sql`o.outcome = ANY (${outcome}::text[])`;
  return rolled.map(({ grain, from, to }) => {
    const spans = sql`r.grain = ${grain}::int AND r.at >= ${from}::timestamptz AND r.at < ${to}::timestamptz`;
    return Object.keys(rest).length > 0
      ? fromMixes(
          sql`SELECT date_bin(${step}, r.at, timestamptz 'epoch') AS at, ${MIX_COUNTS} FROM use_rollup r WHERE ${spans}`,
        )
      : sql`SELECT date_bin(${step}, r.at, timestamptz 'epoch') AS at, o.outcome, sum(o.n)::bigint AS n
            FROM use_rollup r CROSS JOIN LATERAL (VALUES ('issued', r.issued), ('allowed', r.allowed), ('refused', r.refused)) AS o(outcome, n)
            WHERE ${spans} AND ${wanted} GROUP BY 1, 2`;
  });
}

/** The statement of all parts together. */
function summed(parts: readonly Fragment[], { values }: Asked, tables: readonly Fragment[] = []): Fragment {
  // as a table of its own, so that the counts are held against it at once: the planner takes them for a few, each to be looked up
  const wanted = sql`wanted AS MATERIALIZED (SELECT m.id, m.outcome FROM use_mix m WHERE ${all(mixConditions("m", values))})`;
  return sql`WITH ${joined([...tables, wanted], ", ")}
    SELECT p.at, p.outcome, sum(p.n)::bigint AS count FROM (${joined(parts, " UNION ALL ")}) p GROUP BY 1, 2`;
}

/** How uses are counted: of somebody who has busy days by those, of whatever else rollups count by from the rollups; the rest from the log. */
async function statementOf(ctx: Context, filters: TokenUsesQuery["filters"], range: Span): Promise<Fragment> {
  const bucketSeconds = bucketSecondsFor(range.from, range.to);
  const { values, others } = await mixValuesOf(ctx.db, filters);
  const asked = { bucketSeconds, values };
  const isByMix = Object.keys(others).length === 0;
  const busy = isByMix
    ? null
    : await findBusyUses(ctx.db, filters, range, {
        stepSeconds: bucketSeconds,
        conditionsOf: (of) => useConditions(ctx.db, { ...filters, ...of }, ctx.now),
      });
  if (busy !== null) {
    const step = sql`date_bin(make_interval(secs => ${bucketSeconds}::int), b.at, timestamptz 'epoch')`;
    const hours = fromMixes(sql`SELECT ${step} AS at, b.mix, b.n FROM (${busy.hours}) b`);
    return summed([hours, ...fromLog(busy.log, asked)], asked, [busy.intact]);
  }
  const covered = isByMix ? await readCovered(ctx.db) : null;
  const conditions = await useConditions(
    ctx.db,
    filters,
    ctx.now,
    covered === null ? "by tokens" : "by rows",
  );
  const { rolled, log } = partsOf(range, covered, bucketSeconds);
  const fromSpans = fromLog(
    log.map((span) => ({ ...span, conditions })),
    asked,
  );
  return summed([...fromSpans, ...fromRollups(rolled, asked)], asked);
}

/**
 * Uses that match a query's filters over its time range, counted by outcome. The range is the last 24 hours where none is named, and at most 90
 * days; the answer says which it was. Exact, rolled up or not. `isCounted` is false, and there are no buckets, where counting took over two seconds, as by a token or a network
 * of very many uses. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getUseHistogram(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
  timeoutMs = TIMEOUT_MS,
): Promise<UseHistogram> {
  requirePermission(ctx, "audit:read");
  const { at: _, ...asked } = filters;
  const range = countedRange(filters, ctx.now);
  const bucketSeconds = bucketSecondsFor(range.from, range.to);
  const records = await withinTime<BucketRecord>(ctx.db, await statementOf(ctx, asked, range), timeoutMs);
  const buckets = records === null ? [] : fillBuckets(records, range.from, range.to, bucketSeconds);
  const total = { issued: 0, allowed: 0, refused: 0 };
  for (const bucket of buckets) {
    total.issued += bucket.issued;
    total.allowed += bucket.allowed;
    total.refused += bucket.refused;
  }
  const [from, to] = [range.from.toISOString(), range.to.toISOString()];
  return { from, to, bucketSeconds, isCounted: records !== null, buckets, total };
}
