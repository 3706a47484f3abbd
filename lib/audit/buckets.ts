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

export type CountedBucket<Outcome extends string> = { at: string } & Record<Outcome, number>;

/** One counted row of a statement: a bucket's start, an outcome, how many. */
export type BucketRecord = { at: Date; outcome: string; count: bigint };

/** All buckets from `from` to `to` by these outcomes, those without a row with zeros. Buckets start at whole steps since the epoch. */
export function fillBuckets<Outcome extends string>(
  outcomes: readonly Outcome[],
  records: readonly BucketRecord[],
  { from, to }: { from: Date; to: Date },
  bucketSeconds: number,
): CountedBucket<Outcome>[] {
  const step = bucketSeconds * 1000;
  const first = Math.floor(from.getTime() / step) * step;
  const counted = new Map<string, number>();
  for (const { at, outcome, count } of records) {
    const place = `${at.getTime()} ${outcome}`;
    counted.set(place, (counted.get(place) ?? 0) + Number(count));
  }
  const buckets: CountedBucket<Outcome>[] = [];
  for (let at = first; at < to.getTime() || at === first; at += step) {
    const counts = outcomes.map((outcome) => [outcome, counted.get(`${at} ${outcome}`) ?? 0] as const);
    buckets.push({
      at: new Date(at).toISOString(),
      ...(Object.fromEntries(counts) as Record<Outcome, number>),
    });
  }
  return buckets;
}

/** Of all buckets together. */
export function totalOf<Outcome extends string>(
  outcomes: readonly Outcome[],
  buckets: readonly CountedBucket<Outcome>[],
): Record<Outcome, number> {
  const sums = outcomes.map((outcome) => [
    outcome,
    buckets.reduce((sum, bucket) => sum + (bucket[outcome] as number), 0),
  ]);
  return Object.fromEntries(sums) as Record<Outcome, number>;
}
