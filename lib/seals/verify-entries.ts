import { type ChainedEntry, chainStep, entryLeaf } from "./entry-leaf.ts";
import type { Erasures } from "./erasures.ts";
import type { Gone } from "./gone.ts";
import { ADMIN_CHAIN, NOTHING_BEFORE } from "./seal.ts";
import { isWithin, type Problems, type TimeSpan } from "./verification.ts";
import type { ExpectedHeads } from "./verify-checkpoints.ts";

export type VerifiedEntries = {
  /** Of a part: those of its time. What is read around it, from checkpoint to checkpoint, is verified with it. */
  count: number;
  /** Those from before there were seals, which the first one after them covers together. */
  before: number;
  /** The last sequence that a checkpoint covers. */
  covered: bigint;
  lastAt: Date | null;
};

type Options = {
  expected: ExpectedHeads;
  gone: Gone;
  erasures: Erasures;
  problems: Problems;
  span?: TimeSpan | undefined;
};

/**
 * Verifies the chain of the admin log against itself and against what checkpoints say of it. Where the first entries have left by retention, it begins with the
 * head that a checkpoint signed, and a later entry says so.
 */
export class EntryVerifier {
  readonly #heads: ReadonlyMap<bigint, { hash: string; checkpoint: bigint }>;
  readonly #options: Options;
  #head: Buffer = NOTHING_BEFORE;
  #sequence = 0n;
  #covered = 0n;
  /** Those that were read, and of them those of the part. */
  #read = 0;
  #count = 0;
  #before = 0;
  #lastAt: Date | null = null;
  #begun = 0n;

  constructor(options: Options) {
    this.#options = options;
    this.#heads = options.expected.get(ADMIN_CHAIN) ?? new Map();
  }

  #say(at: bigint, says: string): void {
    this.#options.problems.add(ADMIN_CHAIN, at, says);
  }

  /** Entries in their order. */
  add(entry: ChainedEntry): void {
    const signedBegin =
      this.#read === 0 && entry.sequence > 1n ? this.#heads.get(entry.sequence - 1n) : undefined;
    if (signedBegin !== undefined) {
      this.#head = Buffer.from(signedBegin.hash, "hex");
      this.#sequence = entry.sequence - 1n;
      this.#covered = this.#sequence;
      this.#begun = this.#sequence;
    }
    if (entry.sequence !== this.#sequence + 1n) this.#say(this.#sequence + 1n, "the entry is missing");
    this.#sequence = entry.sequence;
    this.#read += 1;
    if (isWithin(entry.at, this.#options.span)) this.#count += 1;
    this.#lastAt = entry.at;
    this.#step(entry);
    this.#options.gone.note(entry);
    this.#options.erasures.note(entry);
    this.#holdAgainstCheckpoint();
  }

  #step(entry: ChainedEntry): void {
    const sequence = this.#sequence;
    this.#head = chainStep(this.#head, sequence, entryLeaf(entry));
    if (entry.chainHash === null) {
      if (this.#before + 1 !== this.#read) this.#say(sequence, "the entry's hash is missing");
      else this.#before += 1;
    } else if (entry.chainHash !== this.#head.toString("hex")) {
      if (this.#before > 0 && this.#read === this.#before + 1)
        this.#say(1n, `one of entries 1 to ${sequence} was changed, put in or taken out`);
      else this.#say(sequence, "the entry was changed, or does not follow the one before it");
      this.#head = Buffer.from(entry.chainHash, "hex");
    }
  }

  #holdAgainstCheckpoint(): void {
    const [sequence, signed] = [this.#sequence, this.#heads.get(this.#sequence)];
    if (signed === undefined) return;
    if (signed.hash === this.#head.toString("hex")) this.#covered = sequence;
    else
      this.#say(
        this.#covered + 1n,
        `entries ${this.#covered + 1n} to ${sequence} are not those that checkpoint ${signed.checkpoint} signed`,
      );
  }

  /**
   * @param isWhole whether all of it was read: a part begins with a head that a checkpoint signed anyway.
   * @param lastBefore the last act that lies before a part, or has left: what checkpoints say up to it is not looked for.
   */
  end(isWhole: boolean, lastBefore = 0n): VerifiedEntries {
    const { gone } = this.#options;
    if (this.#begun > 0n && isWhole && gone.actsThrough !== this.#begun)
      this.#say(1n, `entries 1 to ${this.#begun} are missing, and did not leave by retention`);
    for (const [signed, { checkpoint }] of this.#heads)
      if (signed > this.#sequence && signed > lastBefore)
        this.#say(this.#sequence + 1n, `the log was cut: checkpoint ${checkpoint} has it up to ${signed}`);
    return { count: this.#count, before: this.#before, covered: this.#covered, lastAt: this.#lastAt };
  }
}
