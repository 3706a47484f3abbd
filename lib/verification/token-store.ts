import { writeUuid } from "../db/binary-arrays.ts";
import { uuidText } from "../ids.ts";
import { HeldToken, type RegisteredToken, type TokenFacts } from "./registered-token.ts";

const HASH_BYTES = 32;
const ID_BYTES = 16;
/** Index entries for a token: at most a half of them is taken. */
const INDEX_FACTOR = 2;
const NONE = -1;

/**
 * Registered tokens by the SHA-256 of their values, the newest `capacity` of them, in typed memory: some 130 bytes each, where objects take
 * some 500 and make the collector walk over them. What the tokens of one holder have in common is kept once by whoever made it.
 */
export class TokenStore {
  readonly #capacity: number;
  readonly #hashes: Buffer;
  readonly #ids: Buffer;
  readonly #families: Buffer;
  /** Rooted, issued, expires, in milliseconds. */
  readonly #times: Float64Array;
  readonly #facts: (TokenFacts | null)[] = [];
  readonly #sessions: (string | null)[] = [];
  /** Places by hash: open addressing. */
  readonly #index: Int32Array;
  readonly #mask: number;
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#hashes = Buffer.alloc(capacity * HASH_BYTES);
    this.#ids = Buffer.alloc(capacity * ID_BYTES);
    this.#families = Buffer.alloc(capacity * ID_BYTES);
    this.#times = new Float64Array(capacity * 3);
    let slots = 2;
    while (slots < capacity * INDEX_FACTOR) slots *= 2;
    this.#index = new Int32Array(slots).fill(NONE);
    this.#mask = slots - 1;
  }

  get size(): number {
    return this.#facts.length;
  }

  clear(): void {
    this.#index.fill(NONE);
    this.#facts.length = 0;
    this.#sessions.length = 0;
    this.#next = 0;
  }

  /** The token of a value with this SHA-256, or null. */
  find(hash: Buffer): RegisteredToken | null {
    const slot = this.#slotOf(hash, 0);
    const place = this.#index[slot] as number;
    if (place === NONE) return null;
    const times = this.#times;
    return new HeldToken(this.#facts[place] as TokenFacts, {
      id: uuidText(this.#ids, place * ID_BYTES),
      familyId: uuidText(this.#families, place * ID_BYTES),
      sessionUid: this.#sessions[place] as string | null,
      rootedAtMs: times[place * 3] as number,
      issuedAtMs: times[place * 3 + 1] as number,
      expiresAtMs: times[place * 3 + 2] as number,
    });
  }

  /** Keeps a token in the place of the one that has been here longest. */
  add(hash: Buffer, token: HeldToken): void {
    if ((this.#index[this.#slotOf(hash, 0)] as number) !== NONE) return;
    const place = this.#next;
    this.#next = (place + 1) % this.#capacity;
    if (place < this.#facts.length) this.#forget(place);
    hash.copy(this.#hashes, place * HASH_BYTES);
    writeUuid(this.#ids, place * ID_BYTES, token.id);
    writeUuid(this.#families, place * ID_BYTES, token.familyId);
    this.#times.set([token.rootedAtMs, token.issuedAtMs, token.expiresAtMs], place * 3);
    this.#facts[place] = token.facts;
    this.#sessions[place] = token.sessionUid;
    this.#index[this.#slotOf(hash, 0)] = place;
  }

  #home(bytes: Buffer, at: number): number {
    return bytes.readUInt32LE(at) & this.#mask;
  }

  /** The slot that a hash is in, or the empty one that it would take. */
  #slotOf(bytes: Buffer, at: number): number {
    const index = this.#index;
    for (let slot = this.#home(bytes, at); ; slot = (slot + 1) & this.#mask) {
      const place = index[slot] as number;
      if (place === NONE) return slot;
      const kept = place * HASH_BYTES;
      if (bytes.compare(this.#hashes, kept, kept + HASH_BYTES, at, at + HASH_BYTES) === 0) return slot;
    }
  }

  /** Empties a place's slot, and moves up what was put behind it for want of room. */
  #forget(place: number): void {
    const index = this.#index;
    let hole = this.#slotOf(this.#hashes, place * HASH_BYTES);
    for (let slot = (hole + 1) & this.#mask; index[slot] !== NONE; slot = (slot + 1) & this.#mask) {
      const home = this.#home(this.#hashes, (index[slot] as number) * HASH_BYTES);
      if (((slot - home) & this.#mask) < ((slot - hole) & this.#mask)) continue;
      index[hole] = index[slot] as number;
      hole = slot;
    }
    index[hole] = NONE;
  }
}
