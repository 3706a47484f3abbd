import { promisify } from "node:util";
import { inflate } from "node:zlib";
import { jwtVerify } from "jose";
import { type Authority, readBounded, UnexpectedAnswer } from "./authority.ts";
import { errorOf, type Tell } from "./events.ts";
import type { KeySet } from "./key-set.ts";
import { LastWord } from "./last-word.ts";
import type { Settings } from "./options.ts";

const unzip = promisify(inflate);

/** Lists held at once. Each is at most MAX_LIST bytes; the one that was not needed for longest leaves. */
const LISTS_MAX = 64;
const MAX_LIST = 4 * 1024 * 1024;
const BITS = new Set([1, 2, 4, 8]);
const DEFAULT_TTL_SECONDS = 30;
/** A list that cannot be fetched is tried again after so long. */
const RETRY_MS = 1_000;
/** A list in use is fetched at this part of its time to live, or so often within the bound, before anybody has to wait for it. */
const RENEW_AT = 0.7;
const TIMES_PER_BOUND = 3;
/** How far our clock may be behind the authority's: the console counts on it. */
const CLOCK_MS = 30_000;
/** Lists are signed by the authority's own key, whatever its tokens are signed with. */
const LIST_ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"];

export type ListedStatus = "valid" | "invalid" | "suspended";

type StatusList = {
  bits: number;
  bytes: Uint8Array;
  /** Milliseconds since the epoch by the authority's clock. */
  expiresAt: number;
  /** Milliseconds from its making to its expiry. */
  lifetimeMs: number;
  ttlMs: number;
};

type Held = {
  list: StatusList | null;
  etag: string | null;
  word: LastWord;
  /** Of the monotonic clock. */
  fetchedAt: number;
  triedAt: number;
  fetching: Promise<void> | null;
  /** It could not be fetched when it was last tried. */
  isFailing: boolean;
};

/** What an index of a list says. @see draft-ietf-oauth-status-list-21 section 4.1 and 7.1 */
export function statusAt(bytes: Uint8Array, bits: number, index: number): ListedStatus | null {
  const perByte = 8 / bits;
  const byte = bytes[Math.floor(index / perByte)];
  if (byte === undefined) return null;
  const value = (byte >>> ((index % perByte) * bits)) & ((1 << bits) - 1);
  // what this version does not know is not valid
  return value === 0 ? "valid" : value === 2 ? "suspended" : "invalid";
}

export type StatusListsOptions = {
  authority: Authority;
  keys: KeySet;
  settings: Settings;
  tell: Tell;
  /** The bound on the age of a word, in milliseconds, as it is now. */
  maxStalenessMs(): number;
};

/**
 * Status lists by their address, fetched when needed, and again when their time to live is over or the bound wants it sooner. What is unchanged
 * costs no transfer.
 */
export class StatusLists {
  readonly #authority: Authority;
  readonly #keys: KeySet;
  readonly #settings: Settings;
  readonly #tell: Tell;
  readonly #maxStalenessMs: () => number;
  readonly #held = new Map<string, Held>();

  constructor({ authority, keys, settings, tell, maxStalenessMs }: StatusListsOptions) {
    this.#authority = authority;
    this.#keys = keys;
    this.#settings = settings;
    this.#tell = tell;
    this.#maxStalenessMs = maxStalenessMs;
  }

  /** For how long a list is believed at most, in milliseconds; Infinity before the first one. */
  get lifetimeMs(): number {
    const lifetimes = [...this.#held.values()].flatMap(({ list }) =>
      list === null ? [] : [list.lifetimeMs],
    );
    return lifetimes.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...lifetimes);
  }

  /** The age of the oldest word among the lists that cannot be fetched at the moment, in milliseconds; 0 where all can. */
  get ageMs(): number {
    let age = 0;
    for (const { word, list, isFailing } of this.#held.values())
      if (isFailing && list !== null) age = Math.max(age, word.ageMs);
    return age;
  }

  /**
   * What the list says, and how old it is, in milliseconds. A list whose time is up is fetched before; where it cannot be, what is held counts on
   * until it expires by our clock, and its age says so. Null where nothing can be said: no list, an expired one, an index that it does not have.
   */
  async find(uri: string, index: number): Promise<{ status: ListedStatus; ageMs: number } | null> {
    const held = this.#hold(uri);
    const now = performance.now();
    const boundMs = this.#maxStalenessMs();
    const isOlderThan = (ms: number) => held.list === null || now - held.fetchedAt >= ms;
    const isDue = isOlderThan(Math.min(held.list?.ttlMs ?? 0, boundMs));
    if (held.fetching !== null) {
      if (isDue) await held.fetching;
    } else if (now - held.triedAt >= RETRY_MS) {
      if (isDue) await this.#refresh(uri, held);
      // a list in use is fetched before anybody has to wait for it
      else if (isOlderThan(Math.min((held.list?.ttlMs ?? 0) * RENEW_AT, boundMs / TIMES_PER_BOUND)))
        void this.#refresh(uri, held);
    }
    const { list, word } = held;
    if (list === null || list.expiresAt <= Date.now()) return null;
    const status = statusAt(list.bytes, list.bits, index);
    return status === null ? null : { status, ageMs: word.ageMs };
  }

  #hold(uri: string): Held {
    let held = this.#held.get(uri);
    if (held === undefined) {
      held = {
        list: null,
        etag: null,
        word: new LastWord(Math.min(this.#settings.clockToleranceSeconds * 1_000, CLOCK_MS)),
        fetchedAt: Number.NEGATIVE_INFINITY,
        triedAt: Number.NEGATIVE_INFINITY,
        fetching: null,
        isFailing: false,
      };
      const oldest = this.#held.size >= LISTS_MAX ? this.#held.keys().next().value : undefined;
      if (oldest !== undefined) this.#held.delete(oldest);
    } else this.#held.delete(uri);
    // the order of a Map is that of last use
    this.#held.set(uri, held);
    return held;
  }

  #refresh(uri: string, held: Held): Promise<void> {
    held.triedAt = performance.now();
    held.fetching = this.#fetch(uri, held)
      .then(
        () => {
          held.isFailing = false;
        },
        (thrown: unknown) => {
          held.isFailing = true;
          this.#tell({ type: "status_list_unavailable", uri, error: errorOf(thrown) });
        },
      )
      .finally(() => {
        held.fetching = null;
      });
    return held.fetching;
  }

  async #fetch(uri: string, held: Held): Promise<void> {
    const url = this.#authority.reachable(uri, "status list");
    const askedAt = { wall: Date.now(), steady: performance.now() };
    const headers: Record<string, string> = { accept: "application/statuslist+jwt" };
    // one that expires soon has to come whole, even where it says the same
    const isLasting = held.list !== null && held.list.expiresAt > askedAt.wall + held.list.ttlMs;
    if (held.etag !== null && isLasting) headers["if-none-match"] = held.etag;
    const totalMs = this.#settings.timeoutMs * 2;
    await this.#authority.ask(url, { headers, isPublic: true, totalMs }, async (response) => {
      if (response.status === 304 && held.list !== null) {
        // no newer word: nobody has signed that it is still so
        held.fetchedAt = askedAt.steady;
        return;
      }
      if (response.status !== 200) throw new UnexpectedAnswer(url.pathname, response.status);
      const text = new TextDecoder().decode(await readBounded(response, MAX_LIST * 2));
      const { list, issuedAt } = await this.#parse(text, uri);
      held.list = list;
      held.etag = response.headers.get("etag");
      held.fetchedAt = askedAt.steady;
      held.word.hear(issuedAt);
    });
  }

  async #parse(jwt: string, uri: string): Promise<{ list: StatusList; issuedAt: number }> {
    const { payload } = await jwtVerify(jwt.trim(), this.#keys.get, {
      algorithms: LIST_ALGORITHMS,
      issuer: this.#settings.issuer,
      subject: uri,
      typ: "statuslist+jwt",
      requiredClaims: ["iat", "exp", "sub"],
    });
    const held = payload.status_list as { bits?: unknown; lst?: unknown } | undefined;
    if (typeof held?.lst !== "string" || !BITS.has(held.bits as number))
      throw new Error("it holds no status list");
    const bytes = (await unzip(Buffer.from(held.lst, "base64url"), { maxOutputLength: MAX_LIST })) as Buffer;
    const { iat, exp } = payload as { iat: number; exp: number };
    const ttl = typeof payload.ttl === "number" && payload.ttl > 0 ? payload.ttl : DEFAULT_TTL_SECONDS;
    return {
      list: {
        bits: held.bits as number,
        bytes,
        expiresAt: exp * 1_000,
        lifetimeMs: (exp - iat) * 1_000,
        ttlMs: ttl * 1_000,
      },
      issuedAt: iat * 1_000,
    };
  }
}
