import type { Database } from "../db/database.ts";
import type { Fragment } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { floorTo, type Span } from "../use-rollups/grains.ts";
import type { BucketRecord } from "./buckets.ts";

/** How long all of a range may take at once, and how long its newest part where that is too much, in milliseconds. */
export type CountingTime = { wholeMs: number; partMs: number };
export const COUNTING_TIME: CountingTime = { wholeMs: 900, partMs: 600 };

/**
 * Counts a range of the log by buckets, whole if that can be done in time; else from its end back, in stretches of whole buckets that double, as far as time allows.
 *
 * @param counts what counts a stretch.
 * @returns what was counted, and from when on: all of it is exact.
 */
export async function countNewestFirst(
  db: Database,
  { from, to }: Span,
  bucketSeconds: number,
  counts: (span: Span) => Promise<Fragment>,
  { wholeMs, partMs }: CountingTime,
): Promise<{ records: BucketRecord[]; countedFrom: Date }> {
  const whole = await withinTime<BucketRecord>(db, await counts({ from, to }), wholeMs);
  if (whole !== null) return { records: whole, countedFrom: from };
  const until = performance.now() + partMs;
  const records: BucketRecord[] = [];
  let countedFrom = to;
  for (let buckets = 1; countedFrom > from; buckets *= 2) {
    const inner = floorTo(new Date(countedFrom.getTime() - 1), bucketSeconds);
    const start = new Date(Math.max(from.getTime(), inner.getTime() - (buckets - 1) * bucketSeconds * 1_000));
    const stretch = { from: start, to: countedFrom };
    const statement = await counts(stretch);
    const more = await withinTime<BucketRecord>(db, statement, until - performance.now());
    if (more === null) break;
    records.push(...more);
    countedFrom = start;
  }
  return { records, countedFrom };
}
