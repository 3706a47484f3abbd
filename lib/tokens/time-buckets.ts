import { type Fragment, sql } from "../list-query/sql-fragment.ts";

/** Expiries are counted by so many seconds. */
export const EXPIRY_BUCKET_SECONDS = 1_200;

const DAY_SECONDS = 86_400;
const MONTH_SECONDS = 30 * DAY_SECONDS;

/** When the bucket of an instant begins, in seconds since 1970. */
export function expiryBucketOf(at: Date): number {
  const seconds = at.getTime() / 1_000;
  return Math.floor(seconds / EXPIRY_BUCKET_SECONDS) * EXPIRY_BUCKET_SECONDS;
}

export const instantOf = (bucket: number): Date => new Date(bucket * 1_000);

/** The same of a column. */
export function expiryBucket(column: Fragment): Fragment {
  return sql`(floor(extract(epoch FROM ${column}) / ${EXPIRY_BUCKET_SECONDS}::int) * ${EXPIRY_BUCKET_SECONDS}::int)::bigint`;
}

/** The longest lifetime of the bucket of one, in whole seconds: by minutes up to a day, by hours up to 30 days, by days above. */
export function lifeBucket(seconds: Fragment): Fragment {
  const upTo = (unit: number) => sql`(ceil(${seconds} / ${unit}::numeric) * ${unit}::int)::bigint`;
  return sql`CASE WHEN ${seconds} <= ${DAY_SECONDS}::int THEN ${upTo(60)} WHEN ${seconds} <= ${MONTH_SECONDS}::int THEN ${upTo(3_600)}
    ELSE ${upTo(DAY_SECONDS)} END`;
}

/** Whether every lifetime of a bucket is longer than this, or none is. */
export function isLifeEdge(seconds: number): boolean {
  const unit = seconds < DAY_SECONDS ? 60 : seconds < MONTH_SECONDS ? 3_600 : DAY_SECONDS;
  return seconds >= 0 && seconds % unit === 0;
}
