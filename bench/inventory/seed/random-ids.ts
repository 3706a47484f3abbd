const HEX = Array.from({ length: 65_536 }, (_, value) => value.toString(16).padStart(4, "0"));
const word = (value: number) => HEX[value & 0xffff] as string;

/** Fast numbers and ids from a seed, by the million. Never for secrets. */
export class RandomIds {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #d = 0xb7e15162;

  constructor(seed: number) {
    this.#a = seed | 1;
    for (let n = 0; n < 20; n += 1) this.#bits();
  }

  /** Xorshift128. */
  #bits(): number {
    let mixed = this.#a ^ (this.#a << 11);
    mixed ^= mixed >>> 8;
    this.#a = this.#b;
    this.#b = this.#c;
    this.#c = this.#d;
    this.#d = (this.#d ^ (this.#d >>> 19) ^ mixed) >>> 0;
    return this.#d;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    return this.#bits() / 4_294_967_296;
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** A UUIDv7 of an instant in milliseconds. */
  uuidv7(at: number): string {
    const high = Math.floor(at / 65_536);
    const [one, two] = [this.#bits(), this.#bits()];
    const variant = 0x8000 | (one & 0x3fff);
    return `${word(high >>> 16)}${word(high)}-${word(at % 65_536)}-${word(0x7000 | (two & 0x0fff))}-${word(variant)}-${word(one >>> 14)}${word(two >>> 12)}${word(this.#bits())}`;
  }

  /** 32 bytes in hex: as a SHA-256 of something that nobody has. */
  hash(): string {
    let text = "";
    for (let n = 0; n < 8; n += 1) {
      const bits = this.#bits();
      text += word(bits >>> 16) + word(bits);
    }
    return text;
  }
}
