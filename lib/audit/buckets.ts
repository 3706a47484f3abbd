const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
const STEPS = [
  1,
  5,
  10,
  30,
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  7 * DAY,
  30 * DAY,
  365 * DAY,
] as const;

/** Buckets that a histogram aims at; there are never more. So 90 days are shown by the day, with a part of one at each end. */
export const BUCKETS_MAX = 92;

/** The finest round step that cuts a range into at most BUCKETS_MAX buckets, in seconds. */
export function bucketSecondsFor(from: Date, to: Date): number {
  const seconds = Math.max(1, (to.getTime() - from.getTime()) / 1000);
  return STEPS.find((step) => seconds / step <= BUCKETS_MAX - 1) ?? 365 * DAY;
}

export type OutcomeCounts = { issued: number; allowed: number; refused: number };
export type CountedBucket = { at: string } & OutcomeCounts;

/** One counted row of a statement: a bucket's start, an outcome, how many. */
export type BucketRecord = { at: Date; outcome: string; count: bigint };

/** All buckets from `from` to `to`, those without a row with zeros. Buckets start at whole steps since the epoch. */
export function fillBuckets(
  records: readonly BucketRecord[],
  from: Date,
  to: Date,
  bucketSeconds: number,
): CountedBucket[] {
  const step = bucketSeconds * 1000;
  const first = Math.floor(from.getTime() / step) * step;
  const buckets = new Map<number, CountedBucket>();
  for (let at = first; at < to.getTime() || at === first; at += step)
    buckets.set(at, { at: new Date(at).toISOString(), issued: 0, allowed: 0, refused: 0 });
  for (const { at, outcome, count } of records) {
    const bucket = buckets.get(at.getTime());
    if (bucket !== undefined && (outcome === "issued" || outcome === "allowed" || outcome === "refused"))
      bucket[outcome] += Number(count);
  }
  return [...buckets.values()];
}
