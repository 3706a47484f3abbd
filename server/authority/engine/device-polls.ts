/** What each slow_down adds, in seconds. @see RFC 8628 section 3.5 */
const SLOWER_BY_SECONDS = 5;
const SLOWEST_SECONDS = 60;
/** What a question may come early by: it was sent in time, and the one before was held up. */
const EARLY_MS = 500;
const HELD_MAX = 20_000;

/**
 * How often each device asks whether somebody has typed its code. Of one process: a device that asks several gets as many answers. Bounded in memory; what is
 * forgotten begins anew.
 */
export class DevicePolls {
  readonly #held = new Map<string, { askedMs: number; intervalSeconds: number }>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Notes a question. True where it came too soon; the device is to wait longer from then on. */
  isTooSoon(id: string, intervalSeconds: number): boolean {
    const now = this.#now();
    const before = this.#held.get(id);
    if (before === undefined) {
      const [oldest] = this.#held.keys();
      if (this.#held.size >= HELD_MAX && oldest !== undefined) this.#held.delete(oldest);
      this.#held.set(id, { askedMs: now, intervalSeconds });
      return false;
    }
    const isSoon = now - before.askedMs < before.intervalSeconds * 1_000 - EARLY_MS;
    before.askedMs = now;
    if (isSoon)
      before.intervalSeconds = Math.min(SLOWEST_SECONDS, before.intervalSeconds + SLOWER_BY_SECONDS);
    return isSoon;
  }
}
