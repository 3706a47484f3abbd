import { Throttled } from "./throttled.ts";

export type TurnstileOptions = {
  /** What one caller may have under way at once while others are there too. */
  share: number;
  /** What of one caller may wait for its turn while others are there too; more is answered 429. */
  maxWaiting: number;
  /** A caller counts as there for so long after it came. */
  presenceMs?: number;
  now?: () => number;
};

type Cost = number | (() => number);
type Waiting = { cost: Cost; go: (weight: number) => void };
type Caller = {
  inside: number;
  /** What of it began in this turn of the event loop: work that waits for nothing is over before the next request is read, and is inside with nobody. */
  begun: number;
  line: Waiting[];
  /** Goes on reading connections of it, in the order in which they were left unread. */
  unread: (() => void)[];
};

/**
 * What a caller that is alone may have under way, in shares: more would not be answered sooner, and whoever comes next would wait until all of
 * it is done.
 */
const SHARES_ALONE = 16;

/**
 * How long the line of a caller may be, in shares, before more is read of it: what is read and waits for long is copied by the collector again and
 * again, and others wait meanwhile.
 */
const READ_AHEAD = 2;

/** A caller is light up to this part of its share. */
const LIGHT = 4;

const NOTHING = { inside: 0, line: [] };

const weigh = (cost: Cost) => (typeof cost === "number" ? cost : cost());

const NOBODY = { id: "", at: Number.NEGATIVE_INFINITY };

/**
 * Shares the process fairly between its callers: who is alone has all that keeps it busy, and is never refused; as soon as another one comes each
 * has no more than its share under way, the rest in a line of its own. A flood by one waits in its own line, whatever it sends. In one turn of the
 * event loop no more than a share of each begins: between two turns it is seen who else has come.
 */
export class Turnstile {
  readonly #share: number;
  readonly #maxWaiting: number;
  readonly #presenceMs: number;
  readonly #now: () => number;
  readonly #callers = new Map<string, Caller>();
  /** Callers of which something began or ended in this turn. */
  readonly #stirred = new Map<string, Caller>();
  #last = NOBODY;
  #lastOther = NOBODY;

  constructor({ share, maxWaiting, presenceMs = 1_000, now = () => performance.now() }: TurnstileOptions) {
    this.#share = share;
    this.#maxWaiting = maxWaiting;
    this.#presenceMs = presenceMs;
    this.#now = now;
  }

  /**
   * Does a caller's work when it is its turn. `cost` tells how heavy it is beside a verification; a function is asked when the work may begin.
   *
   * @throws {Throttled} where too much of the caller waits already; nothing was done.
   */
  async pass<T>(callerId: string, cost: Cost, work: () => Promise<T>): Promise<T> {
    const caller = this.#find(callerId);
    this.#notice(callerId);
    let weight = weigh(cost);
    if (caller.line.length > 0 || !this.#mayEnter(caller, callerId, weight))
      weight = await this.#wait(caller, callerId, cost);
    else this.#enter(callerId, caller, weight);
    try {
      return await work();
    } finally {
      caller.inside -= weight;
      this.#stir(callerId, caller);
    }
  }

  /**
   * Leaves a connection of a caller unread for as long as its line is long enough.
   *
   * @param goOn called once it may be read again, in its turn.
   * @returns false where it may be read on at once; `goOn` is not called then.
   */
  leaveUnread(callerId: string, goOn: () => void): boolean {
    const caller = this.#callers.get(callerId);
    if (caller === undefined || this.#roomToRead(caller, callerId) > 0) return false;
    caller.unread.push(goOn);
    return true;
  }

  /** Whether something of a caller waits for its turn. */
  hasLine(callerId: string): boolean {
    return (this.#callers.get(callerId)?.line.length ?? 0) > 0;
  }

  /** Whether a caller that is not alone has so little under way that it need not wait for what others have. */
  isLight(callerId: string): boolean {
    const { inside, line } = this.#callers.get(callerId) ?? NOTHING;
    return line.length === 0 && inside * LIGHT <= this.#share && !this.#isAlone(callerId);
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    let sum = 0;
    for (const caller of this.#callers.values()) sum += caller.line.length;
    return sum;
  }

  #find(callerId: string): Caller {
    let caller = this.#callers.get(callerId);
    if (caller === undefined) {
      caller = { inside: 0, begun: 0, line: [], unread: [] };
      this.#callers.set(callerId, caller);
    }
    return caller;
  }

  #notice(id: string): void {
    const at = this.#now();
    if (this.#last.id !== id) this.#lastOther = this.#last;
    this.#last = { id, at };
  }

  #isAlone(id: string): boolean {
    const other = this.#last.id === id ? this.#lastOther : this.#last;
    return this.#now() - other.at > this.#presenceMs;
  }

  #mayEnter(caller: Caller, id: string, weight: number): boolean {
    const taken = Math.max(caller.inside, caller.begun);
    if (taken === 0 || taken + weight <= this.#share) return true;
    return taken + weight <= this.#share * SHARES_ALONE && this.#isAlone(id);
  }

  #enter(id: string, caller: Caller, weight: number): void {
    caller.inside += weight;
    caller.begun += weight;
    this.#stir(id, caller);
  }

  #stir(id: string, caller: Caller): void {
    if (this.#stirred.size === 0) setImmediate(() => this.#turn());
    this.#stirred.set(id, caller);
  }

  /** The end of a turn: whose share has room again goes on with its line. */
  #turn(): void {
    const stirred = [...this.#stirred];
    this.#stirred.clear();
    for (const [id, caller] of stirred) {
      caller.begun = 0;
      this.#admit(id, caller);
      this.#readOn(id, caller);
      if (caller.inside > 0 || caller.line.length > 0) continue;
      // nothing of it ends that would have the rest read
      if (caller.unread.length > 0) this.#stir(id, caller);
      else this.#callers.delete(id);
    }
  }

  #roomToRead(caller: Caller, id: string): number {
    const shares = this.#isAlone(id) ? SHARES_ALONE : READ_AHEAD;
    return this.#share * shares - caller.line.length;
  }

  #readOn(id: string, caller: Caller): void {
    if (caller.unread.length === 0) return;
    const room = this.#roomToRead(caller, id);
    if (room > 0) for (const goOn of caller.unread.splice(0, room)) goOn();
  }

  #wait(caller: Caller, id: string, cost: Cost): Promise<number> {
    if (caller.line.length >= this.#maxWaiting && !this.#isAlone(id))
      throw new Throttled("share", "Too many of your requests are waiting. Ask again in a second.");
    return new Promise((resolve) => caller.line.push({ cost, go: resolve }));
  }

  #admit(id: string, caller: Caller): void {
    let admitted = 0;
    for (const next of caller.line) {
      const weight = weigh(next.cost);
      if (!this.#mayEnter(caller, id, weight)) break;
      this.#enter(id, caller, weight);
      admitted += 1;
      next.go(weight);
    }
    if (admitted > 0) caller.line.splice(0, admitted);
  }
}
