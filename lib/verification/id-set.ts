/** A set is kept in parts that grow one after the other: growing never holds the whole of it twice. A power of two. */
const PARTS = 16;
const PART_BITS = 4;
const INITIAL_SLOTS = 64;
/** Slots are added when more than this part of them is taken: probes stay short. */
const MAX_LOAD = 0.75;
/** Small steps: doubling would leave up to half of tens of megabytes empty. */
const GROWTH = 1.25;
/** 32-bit words of an id. */
const WORDS = 4;

function hexDigit(code: number): number {
  // 0-9, then a-f; anything else is caught by the shape's check
  return code < 58 ? code - 48 : code - 87;
}

const SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Where each 32-bit word's digits stand in the text of a UUID. */
const DIGITS = [
  [0, 1, 2, 3, 4, 5, 6, 7],
  [9, 10, 11, 12, 14, 15, 16, 17],
  [19, 20, 21, 22, 24, 25, 26, 27],
  [28, 29, 30, 31, 32, 33, 34, 35],
] as const;

const parsed = new Uint32Array(WORDS);

function parse(id: string): boolean {
  if (id.length !== 36 || !SHAPE.test(id)) return false;
  for (let word = 0; word < WORDS; word += 1) {
    let value = 0;
    for (const at of DIGITS[word] as readonly number[]) value = (value << 4) | hexDigit(id.charCodeAt(at));
    parsed[word] = value;
  }
  return true;
}

/** Where an id belongs, spread over 32 bits. The random half of a UUIDv7 spreads by itself; mixing keeps other UUIDs from lining up. */
function spread(c: number, d: number): number {
  const mixed = Math.imul(c ^ (d >>> 15), 0x9e3779b1) ^ d;
  return Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b) >>> 0;
}

/** A part of a set: open addressing in typed memory. */
class Part {
  #capacity = INITIAL_SLOTS;
  #slots = new Uint32Array(INITIAL_SLOTS * WORDS);
  #size = 0;

  /** The index of the id's first word, or, where it is not there, of the empty slot that it would take, as -1 - index. */
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

  has(hash: number, a: number, b: number, c: number, d: number): boolean {
    return this.#size > 0 && this.#find(hash, a, b, c, d) >= 0;
  }

  /** @returns whether it is new. */
  add(hash: number, a: number, b: number, c: number, d: number): boolean {
    if (this.#size >= this.#capacity * MAX_LOAD) this.#grow();
    const found = this.#find(hash, a, b, c, d);
    if (found >= 0) return false;
    this.#set(-1 - found, a, b, c, d);
    this.#size += 1;
    return true;
  }

  #set(at: number, a: number, b: number, c: number, d: number): void {
    const slots = this.#slots;
    slots[at] = a;
    slots[at + 1] = b;
    slots[at + 2] = c;
    slots[at + 3] = d;
  }

  #grow(): void {
    const old = this.#slots;
    this.#capacity = Math.ceil(this.#capacity * GROWTH);
    this.#slots = new Uint32Array(this.#capacity * WORDS);
    for (let at = 0; at < old.length; at += WORDS) {
      const [a, b, c, d] = [old[at], old[at + 1], old[at + 2], old[at + 3]] as [
        number,
        number,
        number,
        number,
      ];
      if ((a | b | c | d) !== 0) this.#set(-1 - this.#find(spread(c, d), a, b, c, d), a, b, c, d);
    }
  }
}

/**
 * A set of UUIDs that only grows, in typed memory: some 24 bytes an id, where a Map of strings takes some 180. The nil UUID marks an empty
 * slot and is never in it.
 */
export class IdSet {
  readonly #parts = Array.from({ length: PARTS }, () => new Part());
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns false where `id` is no UUID in its canonical form, or the nil one: then it is not in the set. */
  add(id: string): boolean {
    if (!parse(id)) return false;
    return this.#put(parsed[0] as number, parsed[1] as number, parsed[2] as number, parsed[3] as number);
  }

  /** Adds ids as their 16 bytes, one after the other. */
  addBytes(bytes: Buffer): void {
    if (bytes.length % 16 !== 0) throw new Error("ids are 16 bytes each");
    for (let at = 0; at < bytes.length; at += 16)
      this.#put(
        bytes.readUInt32BE(at),
        bytes.readUInt32BE(at + 4),
        bytes.readUInt32BE(at + 8),
        bytes.readUInt32BE(at + 12),
      );
  }

  has(id: string): boolean {
    if (this.#size === 0 || !parse(id)) return false;
    const [a, b, c, d] = parsed as unknown as [number, number, number, number];
    const hash = spread(c, d);
    return (this.#parts[hash >>> (32 - PART_BITS)] as Part).has(hash, a, b, c, d);
  }

  #put(a: number, b: number, c: number, d: number): boolean {
    if ((a | b | c | d) === 0) return false;
    const hash = spread(c, d);
    if ((this.#parts[hash >>> (32 - PART_BITS)] as Part).add(hash, a, b, c, d)) this.#size += 1;
    return true;
  }
}
