import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { uuidv7Time } from "../ids.ts";
import { all, type Fragment, joined, run, sql } from "../list-query/sql-fragment.ts";
import { partsOf, type RangeParts, type Span } from "../use-rollups/grains.ts";
import { MIX_COUNTS, type MixValues, mixConditions, sumOf } from "../use-rollups/mix.ts";
import { readCovered } from "../use-rollups/read-covered.ts";
import { type BucketRecord, bucketSecondsFor, fillBuckets, totalOf } from "./buckets.ts";
import { type CountedUses, findBusyUses } from "./busy-uses.ts";
import { isByOutcome } from "./call-counts.ts";
import { findCallUses } from "./call-uses.ts";
import { COUNTING_TIME, countNewestFirst } from "./count-newest-first.ts";
import { USE_OUTCOMES, type UseHistogram } from "./model.ts";
import type { TokenUsesQuery } from "./table.ts";
import { mixValuesOf, useConditions } from "./use-filters.ts";
import { chartedRange } from "./use-range.ts";

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

/** The same of what closed days tell: by outcome alone where that is all that is asked. */
function fromCounts({ hours, outcomes }: CountedUses, { bucketSeconds, values }: Asked): Fragment[] {
  const step = sql`date_bin(make_interval(secs => ${bucketSeconds}::int), b.at, timestamptz 'epoch')`;
  if (outcomes !== null && isByOutcome(values))
    return [
      sql`SELECT ${step} AS at, b.outcome, ${sumOf("b.n")} AS n FROM (${outcomes}) b WHERE ${all(mixConditions("b", values))} GROUP BY 1, 2`,
    ];
  return hours === null ? [] : [fromMixes(sql`SELECT ${step} AS at, b.mix, b.n FROM (${hours}) b`)];
}

/** The same of rollups: by their mixes where more is asked for than the outcome. */
function fromRollups(rolled: RangeParts["rolled"], { bucketSeconds, values }: Asked): Fragment[] {
  const step = sql`make_interval(secs => ${bucketSeconds}::int)`;
  const { outcome, notOutcome, ...rest } = values;
  const wanted = all(mixConditions("o", { ...(outcome && { outcome }), ...(notOutcome && { notOutcome }) }));
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

/** How uses are counted that no rollup knows: of somebody who has busy days by those, by a path or a user agent from the days that are counted by them; the rest from the log. */
async function unrolled(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
  range: Span,
  asked: Asked,
): Promise<Fragment> {
  const stepSeconds = asked.bucketSeconds;
  const conditions = () => useConditions(ctx.db, filters, ctx.now);
  const counted =
    (await findBusyUses(ctx.db, filters, range, {
      stepSeconds,
      conditionsOf: (of) => useConditions(ctx.db, { ...filters, ...of }, ctx.now),
    })) ??
    (await findCallUses(ctx.db, filters, range, {
      stepSeconds,
      needsMixes: !isByOutcome(asked.values),
      conditions,
    }));
  if (counted === null) return summed(fromLog([{ ...range, conditions: await conditions() }], asked), asked);
  return summed([...fromCounts(counted, asked), ...fromLog(counted.log, asked)], asked, [counted.intact]);
}

/** How uses are counted by what rollups count by: from those, and from the log where it is not rolled up yet. */
async function rolledUp(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
  range: Span,
  asked: Asked,
): Promise<Fragment> {
  const covered = await readCovered(ctx.db);
  const holders = covered === null ? "by tokens" : "by rows";
  const conditions = await useConditions(ctx.db, filters, ctx.now, holders);
  const { rolled, log } = partsOf(range, covered, asked.bucketSeconds);
  const spans = log.map((span) => ({ ...span, conditions }));
  return summed([...fromLog(spans, asked), ...fromRollups(rolled, asked)], asked);
}

/** When the log begins, or the token that is followed; null: there is nothing. */
async function findFirst(ctx: Context, { token }: TokenUsesQuery["filters"]): Promise<Date | null> {
  const [row] = await run<{ at: Date | null }>(ctx.db, sql`SELECT min(x.received_at) AS at FROM token_use x`);
  const begin = row?.at ?? null;
  const issuedAt = token === undefined ? null : uuidv7Time(token);
  return begin !== null && issuedAt !== null && issuedAt > begin ? issuedAt : begin;
}

/**
 * Uses that match a query's filters over its time range, counted by outcome. The range goes back to the beginning of the log where none is named, and is at most 90
 * days, the newest; the answer says which it was. Exact, rolled up or not; `countedFrom` is later than `from` where that of an address, user, token or family would take too long, and
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
  const { at: _, ...wanted } = filters;
  const range = await chartedRange(filters, ctx.now, () => findFirst(ctx, filters));
  const { from, to } = range;
  const bucketSeconds = bucketSecondsFor(from, to);
  const { values, others } = await mixValuesOf(ctx.db, wanted);
  const asked = { bucketSeconds, values };
  const { records, countedFrom } =
    Object.keys(others).length === 0
      ? {
          records: await run<BucketRecord>(ctx.db, await rolledUp(ctx, wanted, range, asked)),
          countedFrom: from,
        }
      : await countNewestFirst(
          ctx.db,
          range,
          bucketSeconds,
          (span) => unrolled(ctx, wanted, span, asked),
          time,
        );
  const buckets = fillBuckets(USE_OUTCOMES, records, { from: countedFrom, to }, bucketSeconds);
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    countedFrom: countedFrom.toISOString(),
    bucketSeconds,
    buckets,
    total: totalOf(USE_OUTCOMES, buckets),
  };
}
