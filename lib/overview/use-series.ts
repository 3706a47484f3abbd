import { type BucketRecord, fillBuckets } from "../audit/buckets.ts";
import { USE_OUTCOMES } from "../audit/model.ts";
import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { timedCache } from "../list-query/timed-cache.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { OverviewSeries } from "./model.ts";

const TIMEOUT_MS = 1_900;
const MINUTE = { stepSeconds: 60, steps: 60 };
const HOUR = { stepSeconds: 3_600, steps: 24 };

const minutes = timedCache<object, OverviewSeries | null>();
const hours = timedCache<object, OverviewSeries | null>();

async function count(ctx: Context, { stepSeconds, steps }: typeof MINUTE): Promise<OverviewSeries | null> {
  const stepMs = stepSeconds * 1000;
  const to = new Date(ctx.now.getTime() + 1);
  const from = new Date((Math.floor(ctx.now.getTime() / stepMs) - (steps - 1)) * stepMs);
  const records = await withinTime<BucketRecord>(
    ctx.db,
    sql`SELECT date_bin(make_interval(secs => ${stepSeconds}::int), x.received_at, timestamptz 'epoch') AS at, x.outcome, count(*) AS count
      FROM token_use x WHERE x.received_at >= ${from}::timestamptz AND x.received_at < ${to}::timestamptz GROUP BY 1, 2`,
    TIMEOUT_MS,
  );
  return records === null
    ? null
    : { stepSeconds, points: fillBuckets(USE_OUTCOMES, records, { from, to }, stepSeconds) };
}

/** Uses of the last 60 minutes by minute, or null where they cannot be counted in time. */
export function usesPerMinute(ctx: Context): Promise<OverviewSeries | null> {
  return minutes.get(ctx.db.pool, () => count(ctx, MINUTE));
}

/** Uses of the last 24 hours by hour, or null where they cannot be counted in time. */
export function usesPerHour(ctx: Context): Promise<OverviewSeries | null> {
  return hours.get(ctx.db.pool, () => count(ctx, HOUR));
}

/** A series without a use, for where counting took too long. */
export function emptySeries(ctx: Context, stepSeconds: number, steps: number): OverviewSeries {
  const stepMs = stepSeconds * 1000;
  const from = new Date((Math.floor(ctx.now.getTime() / stepMs) - (steps - 1)) * stepMs);
  return { stepSeconds, points: fillBuckets(USE_OUTCOMES, [], { from, to: ctx.now }, stepSeconds) };
}
