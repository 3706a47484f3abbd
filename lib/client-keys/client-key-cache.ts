import type { FetchedKeySet } from "./fetch-key-set.ts";
import { KEYS_COOLDOWN_SECONDS, KEYS_KEPT_SECONDS, type PublicJwk } from "./model.ts";

/** The client whose keys are wanted. */
export type KeyHolder = { id: string; jwksUri: string | null; jwks: { keys: PublicJwk[] } | null };

export type ClientKeyCacheOptions = {
  fetch: (uri: string) => Promise<FetchedKeySet>;
  /** Told of each fetch, to put it where people see it. */
  onFetched: (client: KeyHolder & { jwksUri: string }, fetched: FetchedKeySet) => void;
  /** A clock that never goes back, in milliseconds. */
  now?: () => number;
  keptSeconds?: number;
  cooldownSeconds?: number;
};

/** `goodUntilMs`: until then the keys are used without being asked for again. */
type Held = {
  keys: PublicJwk[];
  hadMs: number;
  goodUntilMs: number;
  triedMs: number;
  looking: Promise<void> | null;
};

const NEVER = Number.NEGATIVE_INFINITY;

/** What an address gave is used on for so long while it cannot be reached: a restart over there is no reason to refuse its client. */
const AWAY_SECONDS = 3_600;
/** Addresses held at most; the one that was first seen longest ago is forgotten. */
const HELD_MAX = 5_000;

/**
 * The public keys of clients: pasted ones as they are, those at an address fetched when they are needed, kept for minutes, and fetched again for a key that is
 * not among them, at most once in so many seconds.
 */
export class ClientKeyCache {
  readonly #options: Required<ClientKeyCacheOptions>;
  readonly #held = new Map<string, Held>();

  constructor(options: ClientKeyCacheOptions) {
    this.#options = {
      now: () => performance.now(),
      keptSeconds: KEYS_KEPT_SECONDS,
      cooldownSeconds: KEYS_COOLDOWN_SECONDS,
      ...options,
    };
  }

  /** The keys that may be used at this moment; none where there were none yet or they are too old. */
  usable(client: KeyHolder): readonly PublicJwk[] {
    if (client.jwksUri === null) return client.jwks?.keys ?? [];
    const held = this.#held.get(nameOf(client));
    if (held === undefined) return [];
    return this.#options.now() < held.goodUntilMs ? held.keys : [];
  }

  /** Whether a fetch could bring something new now. */
  mayLook(client: KeyHolder): boolean {
    if (client.jwksUri === null) return false;
    const held = this.#held.get(nameOf(client));
    return (
      held === undefined ||
      held.looking !== null ||
      this.#options.now() - held.triedMs >= this.#options.cooldownSeconds * 1_000
    );
  }

  /** Fetches a client's keys; many that wait for them at once cause one fetch. Never throws: what came of it is in `usable`. */
  async look(client: KeyHolder): Promise<void> {
    const { jwksUri } = client;
    if (jwksUri === null) return;
    const held = this.#hold(nameOf(client));
    held.looking ??= this.#fetch({ ...client, jwksUri }, held).finally(() => {
      held.looking = null;
    });
    await held.looking;
  }

  /** The keys for an assertion that names `kid`, fetched where they are not there. */
  async keysFor(client: KeyHolder, kid: string | undefined): Promise<readonly PublicJwk[]> {
    const known = this.usable(client);
    const isThere = known.length > 0 && (kid === undefined || known.some((key) => key.kid === kid));
    if (isThere || !this.mayLook(client)) return known;
    await this.look(client);
    return this.usable(client);
  }

  #hold(name: string): Held {
    let held = this.#held.get(name);
    if (held === undefined) {
      const [oldest] = this.#held.keys();
      if (this.#held.size >= HELD_MAX && oldest !== undefined) this.#held.delete(oldest);
      held = { keys: [], hadMs: NEVER, goodUntilMs: NEVER, triedMs: NEVER, looking: null };
      this.#held.set(name, held);
    }
    return held;
  }

  async #fetch(client: KeyHolder & { jwksUri: string }, held: Held): Promise<void> {
    const { fetch, onFetched, now, keptSeconds } = this.#options;
    held.triedMs = now();
    const fetched = await fetch(client.jwksUri);
    if ("keys" in fetched) {
      held.keys = fetched.keys;
      held.hadMs = now();
      held.goodUntilMs = held.hadMs + keptSeconds * 1_000;
    } else if (fetched.isAway)
      held.goodUntilMs = Math.min(now() + keptSeconds * 1_000, held.hadMs + AWAY_SECONDS * 1_000);
    else held.keys = [];
    onFetched(client, fetched);
  }
}

/** Of the address as it is set now: another one has nothing to do with what this one gave. */
function nameOf(client: KeyHolder): string {
  return `${client.id} ${client.jwksUri}`;
}
