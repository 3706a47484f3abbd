const FIRST_MS = 1_000;
const AT_MOST_MS = 30_000;

/**
 * How long to wait before a connection is tried again, in milliseconds: one second after the first failure, twice as long after each
 * other one, half a minute at most; of that a random part of one half is left out, so that consoles that were refused together do not
 * come back together.
 */
export function waitBeforeReopening(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(AT_MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(Math.max(FIRST_MS, longest * (1 - random() / 2)));
}
