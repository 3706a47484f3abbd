import type { z } from "zod";
import {
  type Checkpoint,
  type CheckpointKey,
  type CompromisedSigner,
  compromisedSigners,
  readCheckpoint,
  signatureFault,
} from "./checkpoint.ts";
import { type ChainedEntry, chainStep, entryLeaf, isBareEntry } from "./entry-leaf.ts";
import { rootByProof } from "./merkle.ts";
import type { recordProofs } from "./record-proofs.ts";
import { ADMIN_CHAIN, sealHash } from "./seal.ts";
import { flushLeaf, useFormOf, useLeaf } from "./use-leaf.ts";

type Proofs = z.output<typeof recordProofs>;
type ProvedUse = Proofs["uses"][number]["use"];
type SealOf = Proofs["seals"][number];

export type VerifiedProofs = {
  /** What is proved, by id. A row that was erased and has its leaf in place of its salt was in the log, and nothing proves what it says: it is not among them. */
  uses: Map<string, ProvedUse>;
  acts: Map<string, ChainedEntry>;
  /** Those that are signed, in order. */
  checkpoints: Checkpoint[];
  /** How many of them are held elsewhere too; null where nothing is. */
  held: number | null;
  /** Keys by which some of them hold, and which were compromised since. */
  compromised: CompromisedSigner[];
  /** What does not hold, a sentence each. */
  faults: string[];
};

const bytesOf = (hex: string) => Buffer.from(hex, "hex");
const proofOf = ({ index, size, path }: Proofs["uses"][number]["inFlush"]) => ({
  index,
  size,
  path: path.map(bytesOf),
});

/** Whether a seal leads to one that a checkpoint signed, each next one naming the one before. */
function isSigned(
  { chain, sequence }: SealOf,
  seals: ReadonlyMap<string, SealOf>,
  heads: ReadonlyMap<string, string>,
): boolean {
  for (let at = sequence, before: Buffer | null = null; ; at += 1n) {
    const seal = seals.get(`${chain} ${at}`);
    if (seal === undefined || !sealHash(seal).equals(seal.hash)) return false;
    if (before !== null && !seal.previous.equals(before)) return false;
    const signed = heads.get(`${chain} ${at}`);
    if (signed !== undefined) return signed === seal.hash.toString("hex");
    before = seal.hash;
  }
}

/** Whether a use is in a seal. */
function isIn({ use, inFlush, inSeal }: Proofs["uses"][number], seal: SealOf): boolean {
  if (use.writerId !== seal.chain || use.flush > seal.lastFlush || seal.openFlushes.includes(use.flush))
    return false;
  const root = rootByProof(useLeaf(use), proofOf(inFlush));
  if (root === null) return false;
  return rootByProof(flushLeaf(use.flush, inFlush.size, root), proofOf(inSeal))?.equals(seal.root) === true;
}

/** The chain's head after each act of a stretch; none where it does not lead to one that a checkpoint signed. */
function headsOf(
  { from, after, leaves }: Proofs["acts"][number],
  signed: ReadonlyMap<string, string>,
): string[] {
  let head: Buffer = bytesOf(after);
  let sequence = BigInt(from);
  const heads = leaves.map((leaf) => {
    head = chainStep(head, sequence, bytesOf(leaf));
    sequence += 1n;
    return head.toString("hex");
  });
  return signed.get(`${ADMIN_CHAIN} ${sequence - 1n}`) === heads.at(-1) ? heads : [];
}

/** What there is to say of a checkpoint that is not among those that somebody kept. */
function notHeld(number: bigint, held: Iterable<bigint | undefined>): string {
  const isNewer = [...held].every((one) => one === undefined || number > one);
  return isNewer
    ? `checkpoint ${number} is newer than those that are held elsewhere: compare it with a newer copy of them`
    : `checkpoint ${number} is not among those that are held elsewhere`;
}

/**
 * Verifies proofs of single records, against nothing but keys: which uses and acts stand in the log as it was sealed, under checkpoints that are signed.
 *
 * @param held checkpoints that somebody kept, one JWS each: each checkpoint of the proofs has to be among them.
 */
export async function verifyRecordProofs(
  proofs: Proofs,
  { keys, held }: { keys: readonly CheckpointKey[]; held: readonly string[] | null },
): Promise<VerifiedProofs> {
  const faults: string[] = [];
  const checkpoints: Checkpoint[] = [];
  /** By chain and sequence. */
  const heads = new Map<string, string>();
  const elsewhere = new Map((held ?? []).map((jws) => [readCheckpoint(jws)?.number, jws]));
  let compared = 0;
  const signed: string[] = [];
  for (const jws of proofs.checkpoints) {
    const checkpoint = readCheckpoint(jws);
    const kept = checkpoint === null ? undefined : elsewhere.get(checkpoint.number);
    const fault = await signatureFault(jws, keys);
    if (checkpoint === null || fault !== null)
      faults.push(`checkpoint ${checkpoint?.number ?? "?"} is ${fault ?? "nothing that can be read"}`);
    else if (kept !== undefined && kept !== jws)
      faults.push(`checkpoint ${checkpoint.number} is not the one that is held elsewhere`);
    else if (held !== null && kept === undefined) faults.push(notHeld(checkpoint.number, elsewhere.keys()));
    else {
      if (kept !== undefined) compared += 1;
      checkpoints.push(checkpoint);
      signed.push(jws);
      for (const { chain, sequence, hash } of checkpoint.heads) heads.set(`${chain} ${sequence}`, hash);
    }
  }
  const seals = new Map(proofs.seals.map((seal) => [`${seal.chain} ${seal.sequence}`, seal]));
  const uses: VerifiedProofs["uses"] = new Map();
  for (const proof of proofs.uses) {
    const seal = seals.get(`${proof.use.writerId} ${proof.seal}`);
    if (seal === undefined || !isIn(proof, seal) || !isSigned(seal, seals, heads))
      faults.push(`the proof of use ${proof.use.id} does not come to a checkpoint that is signed`);
    else if (useFormOf(proof.use) !== "bare") uses.set(proof.use.id, proof.use);
  }
  const acts: VerifiedProofs["acts"] = new Map();
  for (const stretch of proofs.acts) {
    const after = headsOf(stretch, heads);
    for (const entry of stretch.entries) {
      const place = Number(entry.sequence - BigInt(stretch.from));
      const isIts = after[place] !== undefined && after[place] === entry.chainHash;
      if (!isIts || stretch.leaves[place] !== entryLeaf(entry).toString("hex"))
        faults.push(`the proof of act ${entry.sequence} does not come to a checkpoint that is signed`);
      else if (!isBareEntry(entry)) acts.set(entry.id, entry);
    }
  }
  return {
    uses,
    acts,
    checkpoints,
    held: held === null ? null : compared,
    compromised: compromisedSigners(signed, keys),
    faults,
  };
}
