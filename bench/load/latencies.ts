const BUCKETS_PER_MS = 100;
const LONGEST_MS = 20_000;

/** Latencies in buckets of 10 µs. */
export class Latencies {
  readonly #counts = new Uint32Array(LONGEST_MS * BUCKETS_PER_MS + 1);
  #total = 0;

  add(ms: number): void {
    const bucket = Math.min(Math.round(ms * BUCKETS_PER_MS), this.#counts.length - 1);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#total += 1;
  }

  /** The latency that a share of all requests stays within, in milliseconds; 0 when there were none. */
  quantile(share: number): number {
    let rest = Math.ceil(this.#total * share);
    for (let bucket = 0; bucket < this.#counts.length && rest > 0; bucket += 1) {
      rest -= this.#counts[bucket] as number;
      if (rest <= 0) return bucket / BUCKETS_PER_MS;
    }
    return 0;
  }
}
