import { hash } from "node:crypto";

/** What a leaf's place in a tree is shown by: the hashes beside its way to the root, from the leaf up. */
export type MerkleProof = { index: number; size: number; path: Buffer[] };

export const HASH_BYTES = 32;

const pair = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);

/** A node over two others. Its first byte keeps it apart from a leaf, which is the hash of a text that begins with a bracket. */
function nodeOf(left: Buffer, right: Buffer): Buffer {
  pair[0] = 1;
  left.copy(pair, 1);
  right.copy(pair, 1 + HASH_BYTES);
  // by way of its digits: a buffer made outside of the engine costs its collector more than both take
  return Buffer.from(hash("sha256", pair, "hex"), "hex");
}

/** The largest power of two below `size`. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

function rootOf(leaves: readonly Buffer[], from: number, to: number): Buffer {
  if (to - from === 1) return leaves[from] as Buffer;
  const middle = from + splitOf(to - from);
  return nodeOf(rootOf(leaves, from, middle), rootOf(leaves, middle, to));
}

/**
 * The root of a Merkle tree over hashes, in their order.
 *
 * @throws {RangeError} for none.
 * @see RFC 9162 section 2.1.1, whose tree it is over leaves that are hashed already
 */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) throw new RangeError("a tree has at least one leaf");
  return rootOf(leaves, 0, leaves.length);
}

/** @throws {RangeError} where there is no such leaf. @see RFC 9162 section 2.1.3.1 */
export function merkleProof(leaves: readonly Buffer[], index: number): MerkleProof {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) throw new RangeError("no such leaf");
  const path: Buffer[] = [];
  let [from, to] = [0, leaves.length];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      path.unshift(rootOf(leaves, middle, to));
      to = middle;
    } else {
      path.unshift(rootOf(leaves, from, middle));
      from = middle;
    }
  }
  return { index, size: leaves.length, path };
}

/** The root that a proof leads to, or null where it can be none of a tree of its size. @see RFC 9162 section 2.1.3.2 */
export function rootByProof(leaf: Buffer, { index, size, path }: MerkleProof): Buffer | null {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return null;
  if (leaf.length !== HASH_BYTES || path.some((one) => one.length !== HASH_BYTES)) return null;
  const isLeft: boolean[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    isLeft.unshift(index < middle);
    if (index < middle) to = middle;
    else from = middle;
  }
  if (isLeft.length !== path.length) return null;
  return path.reduce(
    (node, beside, level) => (isLeft[level] === true ? nodeOf(node, beside) : nodeOf(beside, node)),
    leaf,
  );
}
