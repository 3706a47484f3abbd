const PAUSE_MS = 1_000;

/**
 * Writes the first of many alike at once, then at most one in a second, with the number of those that were left out. What is left over is
 * written when its second is over: no count is lost, and nothing is written where nothing happens.
 *
 * @param write gets the latest entry, and how many before it were not written.
 */
export function seldom<T>(write: (latest: T, leftOut: number) => void): (entry: T) => void {
  let waiting: { latest: T; count: number } | null = null;
  let isPausing = false;
  function pause(): void {
    isPausing = true;
    setTimeout(() => {
      isPausing = false;
      if (waiting === null) return;
      const { latest, count } = waiting;
      waiting = null;
      pause();
      write(latest, count - 1);
    }, PAUSE_MS).unref();
  }
  return (entry) => {
    if (isPausing) {
      waiting = { latest: entry, count: (waiting?.count ?? 0) + 1 };
      return;
    }
    pause();
    write(entry, 0);
  };
}
