import { type ChainedEntry, chainStep, entryLeaf } from "./entry-leaf.ts";
import type { Gone } from "./gone.ts";
import { ADMIN_CHAIN, NOTHING_BEFORE } from "./seal.ts";
import type { Problems } from "./verification.ts";
import type { ExpectedHeads } from "./verify-checkpoints.ts";

export type VerifiedEntries = {
  count: number;
  /** Those from before there were seals, which the first one after them covers together. */
  before: number;
  /** The last sequence that a checkpoint covers. */
  covered: bigint;
  lastAt: Date | null;
};

/**
 * Verifies the chain of the admin log against itself and against what checkpoints say of it. Where the first entries have left by retention, it begins with the
 * head that a checkpoint signed, and a later entry says so.
 *
 * @param isWhole whether all of it is read: a part begins with such a head anyway.
 * @param lastBefore the last act that lies before a part, or has left: what checkpoints say up to it is not looked for.
 */
export async function verifyEntries(
  entries: AsyncIterable<ChainedEntry>,
  expected: ExpectedHeads,
  gone: Gone,
  problems: Problems,
  isWhole: boolean,
  lastBefore = 0n,
): Promise<VerifiedEntries> {
  const heads = expected.get(ADMIN_CHAIN) ?? new Map();
  let head: Buffer = NOTHING_BEFORE;
  let [sequence, covered] = [0n, 0n];
  let [count, before] = [0, 0];
  let lastAt: Date | null = null;
  let begun = 0n;
  const say = (at: bigint, says: string) => problems.add(ADMIN_CHAIN, at, says);
  for await (const entry of entries) {
    const signedBegin = count === 0 && entry.sequence > 1n ? heads.get(entry.sequence - 1n) : undefined;
    if (signedBegin !== undefined) {
      head = Buffer.from(signedBegin.hash, "hex");
      sequence = entry.sequence - 1n;
      covered = sequence;
      begun = sequence;
    }
    if (entry.sequence !== sequence + 1n) say(sequence + 1n, "the entry is missing");
    sequence = entry.sequence;
    count += 1;
    lastAt = entry.at;
    head = chainStep(head, sequence, entryLeaf(entry));
    if (entry.chainHash === null) {
      if (before + 1 !== count) say(sequence, "the entry's hash is missing");
      else before += 1;
    } else if (entry.chainHash !== head.toString("hex")) {
      if (before > 0 && count === before + 1)
        say(1n, `one of entries 1 to ${sequence} was changed, put in or taken out`);
      else say(sequence, "the entry was changed, or does not follow the one before it");
      head = Buffer.from(entry.chainHash, "hex");
    }
    gone.note(entry);
    const signed = heads.get(sequence);
    if (signed === undefined) continue;
    if (signed.hash === head.toString("hex")) covered = sequence;
    else
      say(
        covered + 1n,
        `entries ${covered + 1n} to ${sequence} are not those that checkpoint ${signed.checkpoint} signed`,
      );
  }
  if (begun > 0n && isWhole && gone.actsThrough !== begun)
    say(1n, `entries 1 to ${begun} are missing, and did not leave by retention`);
  for (const [signed, { checkpoint }] of heads)
    if (signed > sequence && signed > lastBefore)
      say(sequence + 1n, `the log was cut: checkpoint ${checkpoint} has it up to ${signed}`);
  return { count, before, covered, lastAt };
}
