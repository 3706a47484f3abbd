const TICK_MS = 50;

export type Pace = {
  /** Starts per second; asked again at every tick. */
  perSecond: () => number;
  /** At most so many at once: what is slow makes the rest wait, never pile up. */
  limit: number;
  /** Told of what nobody expected; the pace goes on. */
  onError: (error: unknown) => void;
};

/** Starts `work` again and again at a steady pace until the signal is given. */
export function keepPace(
  { perSecond, limit, onError }: Pace,
  work: () => Promise<void>,
  signal: AbortSignal,
): void {
  let due = 0;
  let running = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const share = (perSecond() * (now - last)) / 1_000;
    last = now;
    // a little unevenness; what was missed while the process slept is not made up for
    due = Math.min(due + share * (0.5 + Math.random()), limit);
    while (due >= 1 && running < limit) {
      due -= 1;
      running += 1;
      work()
        .catch((error: unknown) => {
          if (!signal.aborted) onError(error);
        })
        .finally(() => {
          running -= 1;
        });
    }
  }, TICK_MS);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}
