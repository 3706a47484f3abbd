const INITIAL_SLOTS = 1_024;
/** Slots are doubled when more than this part of them is taken: probes stay short. */
const MAX_LOAD = 0.6;
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

/**
 * A set of UUIDs that only grows, in typed memory: 16 bytes a slot, where a Map of strings takes some 180 an id. The nil UUID marks an empty
 * slot and is never in it.
 */
export class IdSet {
  #slots = new Uint32Array(INITIAL_SLOTS * WORDS);
  #mask = INITIAL_SLOTS - 1;
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
    const slots = this.#slots;
    for (let slot = this.#first(c, d); ; slot = (slot + 1) & this.#mask) {
      const at = slot * WORDS;
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) return true;
      if (slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0 && slots[at + 3] === 0) return false;
    }
  }

  /** The random half of a UUIDv7 spreads by itself; the product keeps other UUIDs from lining up. */
  #first(c: number, d: number): number {
    return (Math.imul(c ^ (d >>> 15), 0x9e3779b1) ^ d) & this.#mask;
  }

  #put(a: number, b: number, c: number, d: number): boolean {
    if ((a | b | c | d) === 0) return false;
    if (this.#size >= (this.#mask + 1) * MAX_LOAD) this.#grow();
    const slots = this.#slots;
    for (let slot = this.#first(c, d); ; slot = (slot + 1) & this.#mask) {
      const at = slot * WORDS;
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) return true;
      if (slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0 && slots[at + 3] === 0) {
        slots[at] = a;
        slots[at + 1] = b;
        slots[at + 2] = c;
        slots[at + 3] = d;
        this.#size += 1;
        return true;
      }
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = (this.#mask + 1) * 2 - 1;
    this.#slots = new Uint32Array((this.#mask + 1) * WORDS);
    this.#size = 0;
    for (let at = 0; at < old.length; at += WORDS)
      this.#put(old[at] as number, old[at + 1] as number, old[at + 2] as number, old[at + 3] as number);
  }
}
