import { setTimeout as wait } from "node:timers/promises";
import { BacklogFull } from "#lib/db/batcher.ts";

export type ExchangeGateOptions = {
  /** Exchanges under way at once: fewer than the pool has connections, so that verifications always find one. */
  maxAtOnce: number;
  /** Exchanges that may wait for one of the same family or code. */
  maxWaitingAlike: number;
  /** Exchanges that may wait in all. */
  maxWaiting: number;
  /** Milliseconds that one waits. */
  maxWaitMs: number;
};

const OPTIONS: ExchangeGateOptions = {
  maxAtOnce: 10,
  maxWaitingAlike: 250,
  maxWaiting: 2_000,
  maxWaitMs: 10_000,
};

/** An exchange that was let in. */
export type Turn = {
  /** Lets the next one in. */
  leave(): void;
  /** Gives its place to others for a while, and stays the first of its own line. @throws {BacklogFull} where no place is free in time. */
  rest(ms: number): Promise<void>;
};

type Waiter = { enter: () => void; refuse: (error: Error) => void; timer: NodeJS.Timeout };

/** A line in front of so many places. */
class Line {
  free: number;
  readonly #waiting = new Set<Waiter>();

  constructor(places: number) {
    this.free = places;
  }

  get length(): number {
    return this.#waiting.size;
  }

  take(maxWaitMs: number): Promise<void> {
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(new BacklogFull("an exchange waited too long for others"));
      }, maxWaitMs);
      const waiter: Waiter = { enter: resolve, refuse: reject, timer };
      this.#waiting.add(waiter);
    });
  }

  leave(): void {
    const next = this.#waiting.values().next();
    if (next.done) {
      this.free += 1;
      return;
    }
    this.#waiting.delete(next.value);
    clearTimeout(next.value.timer);
    next.value.enter();
  }
}

/**
 * Lets the exchanges of one family, or of one code, in one after the other, and only so many of all at once: before they take a connection.
 * The database would put them in a line too, each with a connection in its hand, and nothing else in the process would get one meanwhile.
 */
export class ExchangeGate {
  readonly #options: ExchangeGateOptions;
  readonly #places: Line;
  readonly #lines = new Map<string, Line>();
  #waiting = 0;

  constructor(options: Partial<ExchangeGateOptions> = {}) {
    this.#options = { ...OPTIONS, ...options };
    this.#places = new Line(this.#options.maxAtOnce);
  }

  /** Exchanges that wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Waits for its turn among those of the same key, then for a place.
   *
   * @returns its turn; call `leave` once.
   * @throws {BacklogFull} where too many wait, or it waited too long.
   */
  async enter(key: string): Promise<Turn> {
    const { maxWaiting, maxWaitingAlike, maxWaitMs } = this.#options;
    const line = this.#lines.get(key) ?? new Line(1);
    if (this.#waiting >= maxWaiting || line.length >= maxWaitingAlike)
      throw new BacklogFull("too many exchanges wait for each other");
    this.#lines.set(key, line);
    const isLeft = () => line.free > 0 && this.#lines.get(key) === line;
    const leaveLine = () => {
      line.leave();
      if (isLeft()) this.#lines.delete(key);
    };
    const until = performance.now() + maxWaitMs;
    this.#waiting += 1;
    try {
      await line.take(maxWaitMs);
      try {
        await this.#places.take(Math.max(0, until - performance.now()));
      } catch (error) {
        leaveLine();
        throw error;
      }
    } finally {
      this.#waiting -= 1;
    }
    let hasPlace = true;
    return {
      leave: () => {
        if (hasPlace) this.#places.leave();
        leaveLine();
      },
      rest: async (ms) => {
        hasPlace = false;
        this.#places.leave();
        await wait(ms);
        await this.#places.take(maxWaitMs);
        hasPlace = true;
      },
    };
  }
}
