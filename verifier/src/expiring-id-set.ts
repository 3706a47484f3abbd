/** A set is kept in parts that grow, and forget, one after the other: neither ever holds the whole of it twice. A power of two. */
const PARTS = 16;
const PART_BITS = 4;
const INITIAL_SLOTS = 32;
const MAX_LOAD = 0.75;
/** Small steps: doubling would leave up to half of tens of megabytes empty. */
const GROWTH = 1.25;
/** 32-bit words of a slot: an id's four, and the second in which it may be forgotten. */
const WORDS = 5;
/** The id is kept for ever. */
const FOR_EVER = 0xffff_ffff;

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Where the digits of each 32-bit word stand in the text of a UUID. */
const DIGITS = [
  [0, 1, 2, 3, 4, 5, 6, 7],
  [9, 10, 11, 12, 14, 15, 16, 17],
  [19, 20, 21, 22, 24, 25, 26, 27],
  [28, 29, 30, 31, 32, 33, 34, 35],
] as const;

type Words = [number, number, number, number];

function hexDigit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

function wordsOf(id: string): Words | null {
  if (id.length !== 36 || !SHAPE.test(id)) return null;
  const words: Words = [0, 0, 0, 0];
  for (let word = 0; word < 4; word += 1) {
    let value = 0;
    for (const at of DIGITS[word] as readonly number[]) value = (value << 4) | hexDigit(id.charCodeAt(at));
    words[word] = value >>> 0;
  }
  return words;
}

/** Spreads ids over 32 bits: UUIDv7 does it by itself in its random half, other UUIDs would line up. */
function spread(c: number, d: number): number {
  const mixed = Math.imul(c ^ (d >>> 15), 0x9e3779b1) ^ d;
  return Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b) >>> 0;
}

class Part {
  #capacity = INITIAL_SLOTS;
  #slots = new Uint32Array(INITIAL_SLOTS * WORDS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The index of the id's first word, or where it would go, as -1 - index. The nil UUID marks an empty slot. */
  #find(hash: number, a: number, b: number, c: number, d: number): number {
    const slots = this.#slots;
    const end = this.#capacity * WORDS;
    // the part's own bits of the hash are the same for all of its ids
    let at = Math.floor((((hash << PART_BITS) >>> 0) / 0x1_0000_0000) * this.#capacity) * WORDS;
    for (;;) {
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) return at;
      if (slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0 && slots[at + 3] === 0)
        return -1 - at;
      at += WORDS;
      if (at === end) at = 0;
    }
  }

  has(hash: number, [a, b, c, d]: Words): boolean {
    return this.#size > 0 && this.#find(hash, a, b, c, d) >= 0;
  }

  put(hash: number, a: number, b: number, c: number, d: number, until: number): boolean {
    const found = this.#find(hash, a, b, c, d);
    if (found >= 0) {
      // two facts about one id: the longer memory counts
      if ((this.#slots[found + 4] as number) < until) this.#slots[found + 4] = until;
      return false;
    }
    if (this.#size >= this.#capacity * MAX_LOAD) {
      this.#rebuild(Math.ceil(this.#capacity * GROWTH), 0);
      return this.put(hash, a, b, c, d, until);
    }
    this.#write(-1 - found, a, b, c, d, until);
    return true;
  }

  #write(at: number, a: number, b: number, c: number, d: number, until: number): void {
    const slots = this.#slots;
    slots[at] = a;
    slots[at + 1] = b;
    slots[at + 2] = c;
    slots[at + 3] = d;
    slots[at + 4] = until;
    this.#size += 1;
  }

  #rebuild(capacity: number, now: number): void {
    const old = this.#slots;
    this.#capacity = capacity;
    this.#slots = new Uint32Array(capacity * WORDS);
    this.#size = 0;
    for (let at = 0; at < old.length; at += WORDS) {
      const [a, b, c, d] = [old[at], old[at + 1], old[at + 2], old[at + 3]] as Words;
      const until = old[at + 4] as number;
      if ((a | b | c | d) === 0 || until < now) continue;
      this.#write(-1 - this.#find(spread(c, d), a, b, c, d), a, b, c, d, until);
    }
  }

  /** Forgets what is over; slots are given back where at least half of them would stay empty. */
  sweep(now: number): void {
    let over = 0;
    for (let at = 4; at < this.#slots.length; at += WORDS) {
      const until = this.#slots[at] as number;
      if (until !== 0 && until < now) over += 1;
    }
    if (over === 0) return;
    const left = this.#size - over;
    const wanted = Math.max(INITIAL_SLOTS, Math.ceil((left / MAX_LOAD) * GROWTH));
    this.#rebuild(wanted < this.#capacity / 2 ? wanted : this.#capacity, now);
  }

  *entries(): Generator<[number, number, number, number, number]> {
    const slots = this.#slots;
    for (let at = 0; at < slots.length; at += WORDS) {
      const entry = slots.subarray(at, at + WORDS) as unknown as [number, number, number, number, number];
      if ((entry[0] | entry[1] | entry[2] | entry[3]) !== 0) yield entry;
    }
  }
}

/** A set of UUIDs in typed memory that forgets: some 30 bytes an id, where a Map of strings takes some 180. */
export class ExpiringIdSet {
  readonly #parts = Array.from({ length: PARTS }, () => new Part());

  get size(): number {
    let sum = 0;
    for (const part of this.#parts) sum += part.size;
    return sum;
  }

  /**
   * @param expires second since the epoch from which on nobody asks for the id any more; null: never
   * @returns false where `id` is no UUID in lower case, or the nil one: then it is not in the set.
   */
  add(id: string, expires: number | null): boolean {
    const words = wordsOf(id);
    return words !== null && this.#put(...words, expires);
  }

  /** Adds ids of 16 bytes, each followed by its expiry as 32 bits (big endian; 0: never) where `hasExpiry`. */
  addBytes(bytes: Uint8Array, hasExpiry: boolean): void {
    const step = hasExpiry ? 20 : 16;
    if (bytes.length % step !== 0) throw new Error(`ids are ${step} bytes each`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += step)
      this.#put(
        view.getUint32(at),
        view.getUint32(at + 4),
        view.getUint32(at + 8),
        view.getUint32(at + 12),
        hasExpiry ? view.getUint32(at + 16) || null : null,
      );
  }

  /** Takes over everything of another set. */
  addAll(other: ExpiringIdSet): void {
    for (const part of other.#parts)
      for (const [a, b, c, d, until] of part.entries())
        this.#put(a, b, c, d, until === FOR_EVER ? null : until);
  }

  has(id: string): boolean {
    const words = wordsOf(id);
    if (words === null) return false;
    const hash = spread(words[2], words[3]);
    return (this.#parts[hash >>> (32 - PART_BITS)] as Part).has(hash, words);
  }

  /** Forgets the ids whose expiry is before `now`, in seconds since the epoch. */
  sweep(now: number): void {
    for (const part of this.#parts) part.sweep(now);
  }

  #put(a: number, b: number, c: number, d: number, expires: number | null): boolean {
    if ((a | b | c | d) === 0) return false;
    const until = expires === null ? FOR_EVER : Math.min(Math.max(Math.ceil(expires), 1), FOR_EVER - 1);
    const hash = spread(c, d);
    (this.#parts[hash >>> (32 - PART_BITS)] as Part).put(hash, a, b, c, d, until);
    return true;
  }
}
