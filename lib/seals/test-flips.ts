import type { z } from "zod";
import { isSignedCheckpoint, readCheckpoint } from "./checkpoint.ts";
import { evidenceText, sealLine } from "./evidence-file.ts";
import { HASH_BYTES, type MerkleProof, merkleProof, merkleRoot, rootByProof } from "./merkle.ts";
import { recordProofs } from "./record-proofs.ts";
import { sealHash } from "./seal.ts";
import { leavesOf, makeTestProofs } from "./test-proofs.ts";
import { verifyRecordProofs } from "./verify-record-proofs.ts";

/** A random whole number below `below`. */
type Random = (below: number) => number;

/** Always the same numbers for the same seed: what is found can be found again. @see Marsaglia, Xorshift RNGs (2003) */
function randomFrom(seed: number): Random {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** What became of a flip. `same`: what is proved after it is what was proved before, for it changed nothing of that. */
export type Fate = "unreadable" | "refused" | "same";
export type Tally = Record<Fate, number> & {
  tried: number /** Each: what was proved though it was changed. */;
  falselyAccepted: string[];
};

const KINDS = ["merkle", "seal", "checkpoint", "pack"] as const;
export type FlipKind = (typeof KINDS)[number];

/** `Fate`, or what was accepted that should not have been. */
type Try = (random: Random) => Fate | { wrong: string } | Promise<Fate | { wrong: string }>;

const HEX = "0123456789abcdef";
const WORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * A text with one byte, or a few, of its UTF-8 changed. Every second time a character becomes another that may stand there too: few of the others come past the reading, and
 * what is to be tried is the proof.
 */
function flipped(text: string, random: Random): string {
  const bytes = Buffer.from(text);
  const isDigit = random(2) === 0;
  for (let flips = random(4) === 0 ? 1 + random(3) : 1; flips > 0; flips -= 1) {
    let at = random(bytes.length);
    if (!isDigit) {
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 + random(255)), at);
      continue;
    }
    const charAt = () => String.fromCharCode(bytes.readUInt8(at));
    while (!WORD.includes(charAt())) at = random(bytes.length);
    const set = HEX.includes(charAt()) ? HEX : WORD;
    bytes.write(set[(set.indexOf(charAt()) + 1 + random(set.length - 1)) % set.length] as string, at);
  }
  return bytes.toString("utf8");
}

/** A leaf, its place, its tree's size and its way, as one run of bytes of which some change. */
function merkleTries(): Try {
  const ways = [1, 2, 3, 7, 8, 100, 1_000].flatMap((size) => {
    const leaves = leavesOf(size);
    const root = merkleRoot(leaves);
    const places = size < 10 ? leaves.keys() : [0, 1, size >> 1, size - 2, size - 1].values();
    return [...places].map((index) => {
      const { path } = merkleProof(leaves, index);
      const place = Buffer.alloc(8);
      place.writeUInt32BE(index);
      place.writeUInt32BE(size, 4);
      return { root, bytes: Buffer.concat([place, leaves[index] as Buffer, ...path]) };
    });
  });
  const read = (bytes: Buffer): { leaf: Buffer; proof: MerkleProof } => {
    const hashes = Array.from({ length: (bytes.length - 8) / HASH_BYTES }, (_, index) =>
      bytes.subarray(8 + HASH_BYTES * index, 8 + HASH_BYTES * (index + 1)),
    );
    const [leaf, ...path] = hashes as [Buffer, ...Buffer[]];
    return { leaf, proof: { index: bytes.readUInt32BE(), size: bytes.readUInt32BE(4), path } };
  };
  return (random) => {
    const { root, bytes } = ways[random(ways.length)] as (typeof ways)[number];
    const changed = Buffer.from(bytes);
    for (let flips = 1 + random(2); flips > 0; flips -= 1) {
      const at = random(changed.length);
      changed.writeUInt8(changed.readUInt8(at) ^ (1 + random(255)), at);
    }
    if (changed.equals(bytes)) return "same";
    const { leaf, proof } = read(changed);
    if (rootByProof(leaf, proof)?.equals(root) !== true) return "refused";
    // the same turns to the root, by other numbers: what is proved is the same leaf
    return changed.subarray(8).equals(bytes.subarray(8)) ? "same" : { wrong: changed.toString("hex") };
  };
}

function sealTries(line: object): Try {
  const text = JSON.stringify(line);
  return (random) => {
    const changed = flipped(text, random);
    const read = readJson(changed);
    const seal = sealLine.safeParse(read);
    if (!seal.success) return "unreadable";
    if (!sealHash(seal.data).equals(seal.data.hash)) return "refused";
    return evidenceText("seal", seal.data) === text ? "same" : { wrong: changed };
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Header, payload and signature as bytes: the spare bits of a last character are none of them. */
const jwsBytes = (jws: string) =>
  jws
    .split(".")
    .map((part) => Buffer.from(part, "base64url").toString("hex"))
    .join();

function checkpointTries(jws: string, keys: Parameters<typeof isSignedCheckpoint>[1]): Try {
  const bytes = jwsBytes(jws);
  return async (random) => {
    const changed = flipped(jws, random);
    if (readCheckpoint(changed) === null) return "unreadable";
    if (!(await isSignedCheckpoint(changed, keys))) return "refused";
    return jwsBytes(changed) === bytes ? "same" : { wrong: changed };
  };
}

type Proofs = z.output<typeof recordProofs>;

const shown = (value: unknown) =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? String(one) : one));

/**
 * All that proofs say, but for what may be said otherwise: members of a key that signed it all the same, the spelling of a signature's bytes, and by which place and size the same turns lead
 * from a flush to the root of its seal.
 */
function essenceOf({ checkpoints, seals, uses, acts }: Proofs): string {
  const ways = uses.map(({ inSeal, ...use }) => ({ ...use, path: inSeal.path }));
  return shown([checkpoints.map(jwsBytes), seals, ways, acts]);
}

/** Every record that is proved after a flip has to be one that was proved before, to the last character; and all of them where nothing is said to be wrong. */
async function packTries(proofs: Awaited<ReturnType<typeof makeTestProofs>>): Promise<Try> {
  const text = JSON.stringify(proofs);
  const provedBy = async (read: Proofs) => {
    const { uses, acts, faults } = await verifyRecordProofs(read, { keys: read.keys, held: null });
    return { faults, records: [...uses.values(), ...acts.values()].map(shown) };
  };
  const whole = recordProofs.parse(proofs);
  const essence = essenceOf(whole);
  const before = await provedBy(whole);
  if (before.faults.length > 0 || before.records.length !== 5) throw new Error("the proofs prove nothing");
  return async (random) => {
    const changed = flipped(text, random);
    const read = recordProofs.safeParse(readJson(changed));
    if (!read.success) return "unreadable";
    const after = await provedBy(read.data);
    if (after.records.some((record) => !before.records.includes(record))) return { wrong: changed };
    if (after.faults.length > 0) return "refused";
    return essenceOf(read.data) === essence ? "same" : { wrong: changed };
  };
}

/** Tries flips of every kind, so many of each; cheap ones one after the other, those that verify signatures several at once. */
export async function tryFlips(
  counts: Readonly<Record<FlipKind, number>>,
  seed: number,
): Promise<Record<FlipKind, Tally>> {
  const proofs = await makeTestProofs();
  const random = randomFrom(seed);
  const tries: Record<FlipKind, Try> = {
    merkle: merkleTries(),
    seal: sealTries(proofs.seals[1] as object),
    checkpoint: checkpointTries(proofs.checkpoints[0] as string, proofs.keys),
    pack: await packTries(proofs),
  };
  const tallies = {} as Record<FlipKind, Tally>;
  for (const kind of KINDS) {
    const tally: Tally = { tried: 0, unreadable: 0, refused: 0, same: 0, falselyAccepted: [] };
    tallies[kind] = tally;
    const note = (fate: Fate | { wrong: string }) => {
      tally.tried += 1;
      if (typeof fate === "string") tally[fate] += 1;
      else tally.falselyAccepted.push(fate.wrong);
    };
    const lane = async () => {
      for (; left > 0; ) {
        left -= 1;
        const fate = tries[kind](random);
        note(fate instanceof Promise ? await fate : fate);
      }
    };
    let left = counts[kind];
    await Promise.all(Array.from({ length: 16 }, lane));
  }
  return tallies;
}
