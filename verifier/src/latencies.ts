/** Eight steps to a doubling: a percentile is at most some 9 % too high. */
const STEPS = 8;
const BUCKETS = 256;

/** How long verifications took, in microseconds, since it was last read. */
export class Latencies {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  add(us: number): void {
    const bucket = us <= 1 ? 0 : Math.ceil(Math.log2(us) * STEPS);
    const at = Math.min(bucket, BUCKETS - 1);
    this.#counts[at] = (this.#counts[at] as number) + 1;
    this.#total += 1;
  }

  /** Null where nothing was verified. Begins anew. */
  take(): { p50: number; p99: number } | null {
    if (this.#total === 0) return null;
    const result = { p50: this.#percentile(0.5), p99: this.#percentile(0.99) };
    this.#counts.fill(0);
    this.#total = 0;
    return result;
  }

  #percentile(part: number): number {
    let left = Math.ceil(this.#total * part);
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      left -= this.#counts[bucket] as number;
      if (left <= 0) return Math.round(2 ** (bucket / STEPS));
    }
    return Math.round(2 ** (BUCKETS / STEPS));
  }
}
