import { UsageError } from "./usage-error.ts";

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/**
 * Seconds of a duration such as `90d`, `12h`, `30m` or `45s`.
 *
 * @throws {UsageError} for anything else.
 */
export function parseDuration(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (!count || !unit) {
    throw new UsageError(
      `a duration is a number with s, m, h or d, such as 90d, not ${JSON.stringify(text)}`,
    );
  }
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}
