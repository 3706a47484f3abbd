/** Both clocks of this machine, in milliseconds: the one that people set, and the one that only goes forward. */
export type Clocks = { wall(): number; steady(): number };

const MACHINE_CLOCKS: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

/** The two clocks may drift apart by so much before the wall clock counts as set anew. */
const JUMP_MS = 1_000;
/** The smallest distance is remembered for so long at least and twice as long at most: a clock that was slewed right leaves no mark for ever. */
const MEMORY_MS = 1_800_000;

/**
 * How old the authority's last word is. A word counts from the instant at which the authority spoke it, so that a slow link or a replay makes
 * nothing fresh. The authority's clock is not ours: the smallest distance seen of late between its stamp and our receipt tells how far ours may be
 * behind, and age is never counted less than that. Between words both clocks count, whichever says more: one stands still while a machine sleeps.
 */
export class LastWord {
  readonly #clocks: Clocks;
  /** How far our clock may be behind the authority's, in milliseconds, before nothing it says is taken as fresh. */
  readonly #toleranceMs: number;
  #at = Number.NEGATIVE_INFINITY;
  #ageThen = Number.POSITIVE_INFINITY;
  #wallThen = 0;
  #steadyThen = 0;
  #lag = Number.POSITIVE_INFINITY;
  /** The smallest distance since `since`, and in the time before. */
  #least = { now: Number.POSITIVE_INFINITY, before: Number.POSITIVE_INFINITY, since: 0 };
  #skew = Number.NaN;

  constructor(toleranceMs: number, clocks: Clocks = MACHINE_CLOCKS) {
    this.#toleranceMs = toleranceMs;
    this.#clocks = clocks;
  }

  /**
   * Takes a word that the authority spoke at `at`, in milliseconds since the epoch by its clock.
   *
   * @returns false where it is no newer than the last, or where our clock is too far behind for it to be believed.
   */
  hear(at: number): boolean {
    const wall = this.#clocks.wall();
    const steady = this.#clocks.steady();
    const skew = wall - steady;
    if (!(Math.abs(skew - this.#skew) < JUMP_MS)) {
      this.#skew = skew;
      this.#least = { now: Number.POSITIVE_INFINITY, before: Number.POSITIVE_INFINITY, since: steady };
    }
    const lag = wall - at;
    this.#lag = lag;
    const leastLag = this.#leastWith(lag, steady);
    if (at <= this.#at || lag < -this.#toleranceMs) return false;
    this.#at = at;
    this.#ageThen = Math.max(lag, lag - leastLag, 0);
    this.#wallThen = wall;
    this.#steadyThen = steady;
    return true;
  }

  #leastWith(lag: number, steady: number): number {
    const least = this.#least;
    if (steady - least.since > MEMORY_MS) {
      const isRecent = steady - least.since <= 2 * MEMORY_MS;
      least.before = isRecent ? least.now : Number.POSITIVE_INFINITY;
      least.now = Number.POSITIVE_INFINITY;
      least.since = steady;
    }
    least.now = Math.min(least.now, lag);
    return Math.min(least.now, least.before);
  }

  /** Milliseconds; Infinity before the first word. */
  get ageMs(): number {
    if (this.#at === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY;
    return (
      this.#ageThen +
      Math.max(this.#clocks.steady() - this.#steadyThen, this.#clocks.wall() - this.#wallThen, 0)
    );
  }

  /** Whether our clock is further behind the authority's than is tolerated, by the last word. */
  get isClockBehind(): boolean {
    return this.#lag < -this.#toleranceMs;
  }
}
