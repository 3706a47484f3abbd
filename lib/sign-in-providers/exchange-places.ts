import { ProviderRefused } from "./provider-refused.ts";

/** At one provider at once, in one process. What is known has places that strangers cannot take. */
export const EXCHANGE_PLACES = { known: 4, strangers: 8 } as const;
/** Of these one address has at most so many; what is beyond waits behind the others. */
const PER_ADDRESS = 2;
const WAITING_MAX = 64;
const WAIT_MS = 3_000;

export type ExchangeCaller = {
  providerId: string;
  /** The part of an address that one customer of a network holds. */
  from: string;
  /** Whether somebody signed in from there lately, or is signed in. */
  isKnown: boolean;
};

type Waiting = { from: string; enter: () => void };
type Lane = { size: number; running: number; busy: Map<string, number>; waiting: Waiting[] };

/**
 * Who may ask a provider's token endpoint now. It costs a stranger no more than a made-up code to have it asked: whoever comes from where admins come from has places of
 * their own, among strangers no address has more than its share, and nobody waits for long.
 */
export class ExchangePlaces {
  readonly #lanes = new Map<string, Lane>();
  readonly #waitMs: number;

  constructor({ waitMs = WAIT_MS }: { waitMs?: number } = {}) {
    this.#waitMs = waitMs;
  }

  /** Does something in a place, as soon as one is free. @throws {ProviderRefused} PROVIDER_BUSY */
  async within<T>(caller: ExchangeCaller, act: () => Promise<T>): Promise<T> {
    const lane = this.#laneOf(caller);
    await this.#enter(lane, caller.from);
    try {
      return await act();
    } finally {
      leave(lane, caller.from);
    }
  }

  #laneOf({ providerId, isKnown }: ExchangeCaller): Lane {
    const kind = isKnown ? "known" : "strangers";
    const key = `${kind} ${providerId}`;
    const lane = this.#lanes.get(key) ?? {
      size: EXCHANGE_PLACES[kind],
      running: 0,
      busy: new Map(),
      waiting: [],
    };
    this.#lanes.set(key, lane);
    return lane;
  }

  #enter(lane: Lane, from: string): Promise<void> {
    if (isFree(lane, from)) {
      take(lane, from);
      return Promise.resolve();
    }
    const busy = () =>
      new ProviderRefused("PROVIDER_BUSY", "no place to ask the provider was free", { isOnRecord: false });
    if (lane.waiting.length >= WAITING_MAX) return Promise.reject(busy());
    return new Promise((done, fail) => {
      const timer = setTimeout(() => {
        lane.waiting.splice(lane.waiting.indexOf(waiting), 1);
        fail(busy());
      }, this.#waitMs);
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
}

function isFree({ running, size, busy }: Lane, from: string): boolean {
  return running < size && (busy.get(from) ?? 0) < PER_ADDRESS;
}

function take(lane: Lane, from: string): void {
  lane.running += 1;
  lane.busy.set(from, (lane.busy.get(from) ?? 0) + 1);
}

function leave(lane: Lane, from: string): void {
  lane.running -= 1;
  const left = (lane.busy.get(from) ?? 1) - 1;
  if (left === 0) lane.busy.delete(from);
  else lane.busy.set(from, left);
  const next = lane.waiting.findIndex((waiting) => isFree(lane, waiting.from));
  const [waiting] = next < 0 ? [] : lane.waiting.splice(next, 1);
  if (waiting === undefined) return;
  take(lane, waiting.from);
  waiting.enter();
}
