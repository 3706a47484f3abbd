const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const TEN_YEARS = 10 * 366 * 86_400;

/** Seconds of a typed duration such as `90s`, `15m`, `24h`, `7d`, `2w`, or null. At most ten years. Browser-safe. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})([smhdw])$/.exec(text.trim().toLowerCase());
  if (match === null) return null;
  const seconds = Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS];
  return seconds > 0 && seconds <= TEN_YEARS ? seconds : null;
}

/** The one way a duration is written back: the largest unit that fits evenly, with a single day as `24h`. */
export function formatDuration(seconds: number): string {
  if (seconds % SECONDS.d === 0 && seconds > SECONDS.d) return `${seconds / SECONDS.d}d`;
  if (seconds % SECONDS.h === 0) return `${seconds / SECONDS.h}h`;
  if (seconds % SECONDS.m === 0) return `${seconds / SECONDS.m}m`;
  return `${seconds}s`;
}
