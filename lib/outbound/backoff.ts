const FIRST_MS = 1_000;
const LONGEST_MS = 10 * 60_000;

/**
 * How long to wait after so many failures in a row: doubled each time up to ten minutes, and anything between half of it and all of it, so that those who failed together
 * do not come back together.
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return Math.round(whole * (0.5 + random() / 2));
}
