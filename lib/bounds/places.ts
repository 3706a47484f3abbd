export type PlacesOptions = {
  /** What is done at once for who is known, and for strangers. */
  known: number;
  strangers: number;
  /** Of these one address has at most so many; what is beyond waits behind the others. */
  perAddress: number;
  /** Callers that wait for a place of a kind, and for how long. */
  waiting: number;
  waitMs: number;
  /** What whoever finds no place is told. */
  busy: () => Error;
};

export type PlaceCaller = {
  /** What the places are of: each has its own. */
  of: string;
  /** The part of an address that one customer of a network holds. */
  from: string;
  /** Whether somebody signed in from there lately, or is signed in. */
  isKnown: boolean;
};

type Waiting = { from: string; enter: () => void };
type Lane = { size: number; running: number; busy: Map<string, number>; waiting: Waiting[] };

/**
 * Who may have something costly done now that costs a stranger no more than a made-up value. Whoever comes from where admins come from has places of
 * their own, among strangers no address has more than its share, and nobody waits for long.
 */
export class Places {
  readonly #lanes = new Map<string, Lane>();
  readonly #options: PlacesOptions;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** Does something in a place, as soon as one is free. @throws what the options say where none is. */
  async within<T>(caller: PlaceCaller, act: () => Promise<T>): Promise<T> {
    const lane = this.#laneOf(caller);
    await this.#enter(lane, caller.from);
    try {
      return await act();
    } finally {
      this.#leave(lane, caller.from);
    }
  }

  #laneOf({ of, isKnown }: PlaceCaller): Lane {
    const kind = isKnown ? "known" : "strangers";
    const key = `${kind} ${of}`;
    const lane = this.#lanes.get(key) ?? {
      size: this.#options[kind],
      running: 0,
      busy: new Map(),
      waiting: [],
    };
    this.#lanes.set(key, lane);
    return lane;
  }

  #enter(lane: Lane, from: string): Promise<void> {
    const { waiting: most, waitMs, busy } = this.#options;
    if (this.#isFree(lane, from)) {
      take(lane, from);
      return Promise.resolve();
    }
    if (lane.waiting.length >= most) return Promise.reject(busy());
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        lane.waiting.splice(lane.waiting.indexOf(waiting), 1);
        fail(busy());
      }, waitMs);
      const waiting: Waiting = {
        from,
        enter: () => {
          clearTimeout(timer);
          done();
        },
      };
      lane.waiting.push(waiting);
    });
  }

  #isFree({ running, size, busy }: Lane, from: string): boolean {
    return running < size && (busy.get(from) ?? 0) < this.#options.perAddress;
  }

  #leave(lane: Lane, from: string): void {
    lane.running -= 1;
    const left = (lane.busy.get(from) ?? 1) - 1;
    if (left === 0) lane.busy.delete(from);
    else lane.busy.set(from, left);
    const next = lane.waiting.findIndex((waiting) => this.#isFree(lane, waiting.from));
    const [waiting] = next < 0 ? [] : lane.waiting.splice(next, 1);
    if (waiting === undefined) return;
    take(lane, waiting.from);
    waiting.enter();
  }
}

function take(lane: Lane, from: string): void {
  lane.running += 1;
  lane.busy.set(from, (lane.busy.get(from) ?? 0) + 1);
}
