import { hash, randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "../test-property-runs.ts";
import { merkleProof, merkleRoot, rootByProof } from "./merkle.ts";

const leavesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => hash("sha256", `leaf ${index}`, "buffer"));
const node = (left: Buffer, right: Buffer) =>
  hash("sha256", Buffer.concat([Buffer.of(1), left, right]), "buffer");

test("RFC 9162 section 2.1.1: the larger half of a tree is the left one", () => {
  const [a, b, c, d, e] = leavesOf(5) as [Buffer, Buffer, Buffer, Buffer, Buffer];
  expect(merkleRoot([a])).toEqual(a);
  expect(merkleRoot([a, b, c])).toEqual(node(node(a, b), c));
  expect(merkleRoot([a, b, c, d, e])).toEqual(node(node(node(a, b), node(c, d)), e));
  expect(() => merkleRoot([])).toThrow(RangeError);
});

test("each leaf of a tree is proved, and no other leaf by its proof", () => {
  for (let size = 1; size < 40; size += 1) {
    const leaves = leavesOf(size);
    const root = merkleRoot(leaves);
    for (const [index, leaf] of leaves.entries()) {
      const proof = merkleProof(leaves, index);
      expect(rootByProof(leaf, proof)).toEqual(root);
      expect(rootByProof(hash("sha256", "another", "buffer"), proof)).not.toEqual(root);
    }
  }
});

test("no proof with a changed byte, place, size or path is taken", () => {
  const trees = new Map([1, 2, 3, 7, 8, 100].map((size) => [size, leavesOf(size)]));
  fc.assert(
    fc.property(
      fc.constantFrom(...trees.keys()),
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (size, place, where, flip) => {
        const leaves = trees.get(size) ?? [];
        const index = place % size;
        const root = merkleRoot(leaves);
        const proof = merkleProof(leaves, index);
        // leaf and path as one run of bytes, of which one is changed
        const bytes = Buffer.concat([leaves[index] as Buffer, ...proof.path]);
        const at = where % bytes.length;
        bytes.writeUInt8(bytes.readUInt8(at) ^ flip, at);
        const path = proof.path.map((_, level) => bytes.subarray(32 * (level + 1), 32 * (level + 2)));
        return rootByProof(bytes.subarray(0, 32), { ...proof, path })?.equals(root) !== true;
      },
    ),
    { numRuns: propertyRuns(2_000) },
  );
  const leaves = leavesOf(7);
  const proof = merkleProof(leaves, 4);
  const root = merkleRoot(leaves);
  const leaf = leaves[4] as Buffer;
  for (const wrong of [
    { ...proof, index: 5 },
    { ...proof, index: -1 },
    { ...proof, index: 7 },
    { ...proof, index: 0.5 },
    { ...proof, size: 4 },
    { ...proof, size: Number.NaN },
    { ...proof, path: proof.path.slice(1) },
    { ...proof, path: [...proof.path, randomBytes(32)] },
    { ...proof, path: proof.path.map((one) => one.subarray(1)) },
  ])
    expect(rootByProof(leaf, wrong)?.equals(root)).not.toBe(true);
  expect(rootByProof(Buffer.concat([leaf, leaf]), proof)).toBeNull();
});
