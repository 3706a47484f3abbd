export type TokenBucketsOptions = {
  /** What each key may take in the long run. */
  perSecond: number;
  /** What a key may take at once after a pause. */
  burst: number;
  /** Keys held at most; beyond it the one that was first seen longest ago is forgotten, and begins anew. */
  maxKeys?: number;
  /** A clock that never goes back, in milliseconds. */
  now?: () => number;
};

/** What a key may take now, of how much, and after how many seconds without taking it has all of it again. */
export type Allowance = { left: number; burst: number; fullAfterSeconds: number };

type Bucket = { left: number; at: number };

/**
 * Counts what each key does against its own allowance. Bounded in memory whatever number of keys it meets, without a timer, and told by a
 * clock that does not jump.
 */
export class TokenBuckets {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #maxKeys: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor({ perSecond, burst, maxKeys = 20_000, now = () => performance.now() }: TokenBucketsOptions) {
    this.#perMs = perSecond / 1_000;
    this.#burst = burst;
    this.#maxKeys = maxKeys;
    this.#now = now;
  }

  /** Takes one of a key's allowance. True where there was one. */
  take(key: string): boolean {
    const bucket = this.#refill(key) ?? this.#add(key);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

  /** Gives back what was taken for nothing. */
  giveBack(key: string): void {
    const bucket = this.#refill(key);
    if (bucket !== undefined) bucket.left = Math.min(this.#burst, bucket.left + 1);
  }

  /** Whether a key has nothing left, without taking anything. */
  isSpent(key: string): boolean {
    const bucket = this.#refill(key);
    return bucket !== undefined && bucket.left < 1;
  }

  /** What a key has left, without taking anything. */
  look(key: string): Allowance {
    const left = this.#refill(key)?.left ?? this.#burst;
    return { left, burst: this.#burst, fullAfterSeconds: (this.#burst - left) / this.#perMs / 1_000 };
  }

  get size(): number {
    return this.#buckets.size;
  }

  #refill(key: string): Bucket | undefined {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return undefined;
    const now = this.#now();
    bucket.left = Math.min(this.#burst, bucket.left + (now - bucket.at) * this.#perMs);
    bucket.at = now;
    return bucket;
  }

  #add(key: string): Bucket {
    if (this.#buckets.size >= this.#maxKeys) {
      const oldest = this.#buckets.keys().next();
      if (!oldest.done) this.#buckets.delete(oldest.value);
    }
    const bucket = { left: this.#burst, at: this.#now() };
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
