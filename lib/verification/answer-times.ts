/** Eight steps to a doubling: a percentile is at most some 9 % too high. */
const STEPS = 8;
/** Up to half an hour. */
const BUCKETS = 248;

/** Microseconds. */
export type Percentiles = { p50: number; p99: number };

/** How long answers took since that was last asked for. */
export class AnswerTimes {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  add(ms: number): void {
    const us = ms * 1_000;
    const bucket = us <= 1 ? 0 : Math.min(Math.ceil(Math.log2(us) * STEPS), BUCKETS - 1);
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#total += 1;
  }

  /** Null where there was none. Begins anew. */
  take(): Percentiles | null {
    if (this.#total === 0) return null;
    const taken = { p50: this.#percentile(0.5), p99: this.#percentile(0.99) };
    this.#counts.fill(0);
    this.#total = 0;
    return taken;
  }

  #percentile(part: number): number {
    let left = Math.ceil(this.#total * part);
    for (let bucket = 0; ; bucket += 1) {
      left -= this.#counts[bucket] as number;
      if (left <= 0) return Math.round(2 ** (bucket / STEPS));
    }
  }
}
