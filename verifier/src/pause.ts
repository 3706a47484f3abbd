/** Waits; ends early, and without an error, when the signal is given. Keeps no process alive. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(done, ms);
    timer.unref?.();
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}

const FIRST_MS = 200;

/** How long to wait before the next attempt: doubling from 200 ms up to a bound, of which a random half is left out so that not all come at once. */
export function backoffMs(attempt: number, maxMs: number, random: () => number = Math.random): number {
  const full = Math.min(FIRST_MS * 2 ** Math.min(attempt, 20), maxMs);
  return full * (0.5 + random() / 2);
}
