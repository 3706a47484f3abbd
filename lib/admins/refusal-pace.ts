import { TokenBuckets } from "../bounds/token-buckets.ts";

/** Refused sign-ins of one account, or of none that there is, that one process puts on record: so many at once, and in a second. */
export const REFUSAL_PACE = { burst: 100, perSecond: 0.5 } as const;

const buckets = new TokenBuckets({ ...REFUSAL_PACE });
const leftOut = new Map<string, number>();

/**
 * Whether a refused sign-in is written now. Whoever has many addresses causes as many refusals as they like: what they fill is the count of those that were left out, not the log.
 *
 * @param key whose: an account that there is, or the one for all that there are not.
 * @returns null where it is left out; else how many before it were.
 */
export function takeRefusal(key: string): number | null {
  const before = leftOut.get(key) ?? 0;
  if (!buckets.take(key)) {
    leftOut.set(key, before + 1);
    return null;
  }
  leftOut.delete(key);
  return before;
}
