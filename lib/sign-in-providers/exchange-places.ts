import { Places } from "../bounds/places.ts";
import { ProviderRefused } from "./provider-refused.ts";

/** At one provider at once, in one process. What is known has places that strangers cannot take. */
export const EXCHANGE_PLACES = { known: 4, strangers: 8 } as const;
const WAIT_MS = 3_000;

export type ExchangeCaller = {
  providerId: string;
  /** The part of an address that one customer of a network holds. */
  from: string;
  /** Whether somebody signed in from there lately, or is signed in. */
  isKnown: boolean;
};

/** Who may ask a provider's token endpoint now: it costs a stranger no more than a made-up code to have it asked. */
export class ExchangePlaces {
  readonly #places: Places;

  constructor({ waitMs = WAIT_MS }: { waitMs?: number } = {}) {
    const busy = () =>
      new ProviderRefused("PROVIDER_BUSY", "no place to ask the provider was free", { isOnRecord: false });
    this.#places = new Places({ ...EXCHANGE_PLACES, perAddress: 2, waiting: 64, waitMs, busy });
  }

  /** Does something in a place, as soon as one is free. @throws {ProviderRefused} PROVIDER_BUSY */
  within<T>({ providerId, ...caller }: ExchangeCaller, act: () => Promise<T>): Promise<T> {
    return this.#places.within({ of: providerId, ...caller }, act);
  }
}
