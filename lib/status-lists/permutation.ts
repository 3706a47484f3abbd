import { createHash, randomBytes } from "node:crypto";

const ROUNDS = 6;

/**
 * Every number below 2^`bits` once, in an order that nobody can foresee without the key: a Feistel network over its two halves, whose round
 * function is a table of random numbers. A list of a million indexes takes some thousand numbers of memory, and none has to be remembered.
 *
 * @param bits even, 20 at most.
 * @param key decides the order.
 */
export function createPermutation(bits: number, key: Buffer = randomBytes(32)): (place: number) => number {
  const half = bits / 2;
  if (!Number.isInteger(half) || half < 1 || half > 10)
    throw new RangeError("a permutation has 2 to 20 bits, an even number of them");
  const width = 2 ** half;
  const mask = width - 1;
  const tables = Array.from({ length: ROUNDS }, (_, round) => {
    const bytes = createHash("shake256", { outputLength: width * 2 })
      .update(key)
      .update(Buffer.from([round]))
      .digest();
    return Uint16Array.from({ length: width }, (_, at) => bytes.readUInt16LE(at * 2) & mask);
  });
  return (place) => {
    if (!Number.isInteger(place) || place < 0 || place >= width * width)
      throw new RangeError(`there is no place ${place}`);
    let left = place >>> half;
    let right = place & mask;
    for (const table of tables) {
      const next = left ^ (table[right] as number);
      left = right;
      right = next;
    }
    return (left << half) | right;
  };
}
