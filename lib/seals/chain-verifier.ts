import type { Erasures } from "./erasures.ts";
import type { Gone } from "./gone.ts";
import { merkleRoot } from "./merkle.ts";
import { NOTHING_BEFORE, type Seal, sealHash } from "./seal.ts";
import { flushLeaf, useFormOf, useLeaf } from "./use-leaf.ts";
import type { KeptLeaf, PlacedUse, Problems } from "./verification.ts";
import type { ExpectedHeads } from "./verify-checkpoints.ts";

/** A flush that is the same in two slices would have to be near their border: issues of one flush are received within a moment. */
const NEAR_MS = 60_000;

type Flush = {
  /** By place in the flush; null once the flush is complete. */
  leaves: [ordinal: number, leaf: Buffer][] | null;
  leaf: Buffer | null;
  count: number;
  from: number;
  to: number;
  /** Rows came after it was complete. */
  isTorn: boolean;
  /** Of each person whose rows are in the form of erased ones, the last. */
  erased: Map<string | null, Date> | null;
};

function leafOf(number: bigint, flush: Flush): Buffer {
  if (flush.leaf !== null) return flush.leaf;
  const leaves = (flush.leaves ?? []).toSorted(([one], [other]) => one - other).map(([, leaf]) => leaf);
  flush.leaf = flushLeaf(number, leaves.length, merkleRoot(leaves));
  flush.leaves = null;
  return flush.leaf;
}

type Options = { expected: ExpectedHeads; gone: Gone; erasures: Erasures; problems: Problems };

/** One writer's chain, as far as it was read. */
export class ChainVerifier {
  readonly #chain: string;
  readonly #problems: Problems;
  readonly #gone: Gone;
  readonly #erasures: Erasures;
  readonly #heads: ReadonlyMap<bigint, { hash: string; checkpoint: bigint }>;
  readonly #flushes = new Map<bigint, Flush>();
  /** The first flush of each seal, so that a row which comes too late is known by its seal. */
  readonly #firsts: number[] = [];
  readonly #until: Date | null;
  #base: Seal | null = null;
  #last: Seal | null = null;
  seals = 0;
  rows = 0;
  rowsSealedByWorker = 0;
  /** The last sequence that a checkpoint covers. */
  covered = 0n;
  /** Seals that no checkpoint covers yet. */
  uncovered = 0;
  /** When the last seal that is counted was made. */
  sealedUntil: Date | null = null;

  /**
   * @param base the seal before the first that is read; undefined where that is the first.
   * @param until seals from then on are held against their rows, and not counted; null: all count.
   */
  constructor(
    chain: string,
    { expected, gone, erasures, problems }: Options,
    base?: Seal,
    until: Date | null = null,
  ) {
    this.#chain = chain;
    this.#until = until;
    this.#problems = problems;
    this.#gone = gone;
    this.#erasures = erasures;
    this.#heads = expected.get(chain) ?? new Map();
    if (base === undefined) return;
    this.#base = base;
    this.#last = base;
    this.covered = base.sequence;
    if (!sealHash(base).equals(base.hash)) this.#say(base.sequence, "the seal was changed");
    const signed = this.#heads.get(base.sequence);
    if (signed !== undefined && signed.hash !== base.hash.toString("hex"))
      this.#say(base.sequence, `the seal is not the one that checkpoint ${signed.checkpoint} signed`);
  }

  get last(): Seal | null {
    return this.#last;
  }

  #say(sequence: bigint, says: string): void {
    this.#problems.add(this.#chain, sequence, says);
  }

  add(use: PlacedUse | KeptLeaf): void {
    const at = use.receivedAt.getTime();
    if (this.#isBefore(use)) return;
    const flush = this.#flushes.get(use.flush) ?? {
      leaves: [],
      leaf: null,
      count: 0,
      from: at,
      to: at,
      isTorn: false,
      erased: null,
    };
    this.#flushes.set(use.flush, flush);
    if (flush.leaves === null) flush.isTorn = true;
    else flush.leaves.push([use.ordinal, "leaf" in use ? use.leaf : useLeaf(use)]);
    if (!("leaf" in use) && useFormOf(use) !== "whole") this.#addErased(flush, use);
    flush.count += 1;
    flush.from = Math.min(flush.from, at);
    flush.to = Math.max(flush.to, at);
  }

  #addErased(flush: Flush, use: PlacedUse): void {
    this.#erasures.add(use);
    flush.erased ??= new Map();
    const last = flush.erased.get(use.userId);
    if (last === undefined || last < use.receivedAt) flush.erased.set(use.userId, use.receivedAt);
  }

  #placeErased(sequence: bigint, { erased }: Flush): void {
    for (const [userId, receivedAt] of erased ?? [])
      this.#erasures.place(this.#chain, sequence, { userId, receivedAt });
  }

  /** A row of a seal that lies before what is read. One that was received after that seal was made is none. */
  #isBefore({ flush, receivedAt }: PlacedUse | KeptLeaf): boolean {
    const base = this.#base;
    if (base === null || receivedAt > base.sealedAt) return false;
    return flush <= base.lastFlush && !base.openFlushes.includes(flush);
  }

  /** No more rows of a flush come in this slice. */
  complete(number: bigint, until: Date): void {
    const flush = this.#flushes.get(number);
    if (flush !== undefined && flush.to < until.getTime() - NEAR_MS) leafOf(number, flush);
  }

  #sequenceOf(flush: bigint): bigint {
    const index = this.#firsts.findLastIndex((first) => first <= Number(flush));
    return (this.#base?.sequence ?? 0n) + BigInt(Math.max(1, index + 1));
  }

  /** Whether a seal follows from the one before it. */
  #checkLink(seal: Seal): void {
    const last = this.#last;
    const sequence = (last?.sequence ?? 0n) + 1n;
    if (seal.sequence !== sequence) {
      this.#say(sequence, seal.sequence > sequence ? "the seal is missing" : "the seal is there twice");
      return;
    }
    if (!sealHash(seal).equals(seal.hash)) this.#say(sequence, "the seal was changed");
    else if (!seal.previous.equals(last?.hash ?? NOTHING_BEFORE))
      this.#say(
        last === null ? sequence : last.sequence,
        last === null
          ? "the seal says that there was one before it"
          : "the seal is not the one that the next follows",
      );
    else if (seal.firstFlush !== (last?.lastFlush ?? 0n) + 1n)
      this.#say(sequence, "the seal does not begin where the one before it ended");
    else if (last !== null && seal.sealedAt < last.sealedAt)
      this.#say(sequence, "the seal is older than the one before it");
  }

  /** The flushes that a seal must be over, in ascending order. */
  #take(seal: Seal): [bigint, Flush][] {
    const open = new Set(seal.openFlushes);
    const wasOpen = new Set(this.#last?.openFlushes ?? []);
    const taken: [bigint, Flush][] = [];
    for (const [number, flush] of this.#flushes) {
      if (number > seal.lastFlush || open.has(number)) continue;
      this.#flushes.delete(number);
      if (number >= seal.firstFlush || wasOpen.has(number)) taken.push([number, flush]);
      // what lies between two seals is of one that is missing, which is said already
      else if (number <= (this.#last?.lastFlush ?? 0n))
        this.#say(this.#sequenceOf(number), "a row was put in, or stands at another time than it was sealed");
    }
    return taken.sort(([one], [other]) => (one < other ? -1 : 1));
  }

  #checkRows(seal: Seal): void {
    const flushes = this.#take(seal);
    for (const [, flush] of flushes) this.#placeErased(seal.sequence, flush);
    const count = flushes.reduce((sum, [, flush]) => sum + flush.count, 0);
    if (count !== seal.count) {
      this.#say(seal.sequence, `${seal.count} rows were sealed, ${count} are there`);
      return;
    }
    const from = Math.min(...flushes.map(([, flush]) => flush.from));
    const to = Math.max(...flushes.map(([, flush]) => flush.to));
    const isWhole =
      flushes.every(([, flush]) => !flush.isTorn) &&
      merkleRoot(flushes.map(([number, flush]) => leafOf(number, flush))).equals(seal.root);
    if (!isWhole) this.#say(seal.sequence, "its rows are not those that were sealed");
    else if (from !== seal.receivedFrom.getTime() || to !== seal.receivedTo.getTime())
      this.#say(seal.sequence, "its rows are of another time than the seal says");
  }

  /** A seal whose day has left: its count has to add up with those of that day, and none of its rows is there. */
  #checkGone(seal: Seal): void {
    const flushes = this.#take(seal);
    const there = flushes.reduce((sum, [, flush]) => sum + flush.count, 0);
    if (there > 0) this.#say(seal.sequence, `${there} of its rows are there, though their day has left`);
    this.#gone.count(seal);
  }

  /** Holds a seal against the rows that were read so far, all of which it came after. */
  close(seal: Seal): void {
    this.#checkLink(seal);
    const isGone = this.#gone.isGone(seal.receivedTo);
    if (isGone) this.#checkGone(seal);
    else this.#checkRows(seal);
    this.#last = seal;
    this.#firsts.push(Number(seal.firstFlush));
    if (this.#until === null || seal.sealedAt < this.#until) this.#count(seal, isGone);
    const signed = this.#heads.get(seal.sequence);
    if (signed === undefined) return;
    if (signed.hash === seal.hash.toString("hex")) {
      this.covered = seal.sequence;
      this.uncovered = 0;
    } else
      this.#say(
        this.covered + 1n,
        `seals ${this.covered + 1n} to ${seal.sequence} are not those that checkpoint ${signed.checkpoint} signed`,
      );
  }

  #count({ count, sealedAt, sealedBy }: Seal, isGone: boolean): void {
    this.seals += 1;
    this.uncovered += 1;
    this.sealedUntil = sealedAt;
    if (isGone) return;
    this.rows += count;
    if (sealedBy === "worker") this.rowsSealedByWorker += count;
  }

  /** Ends the chain. @returns the rows that no seal covers. */
  end(): { count: number; from: number }[] {
    const sequence = this.#last?.sequence ?? 0n;
    for (const [signed, { checkpoint }] of this.#heads)
      if (signed > sequence)
        this.#say(sequence + 1n, `the chain was cut: checkpoint ${checkpoint} has it up to seal ${signed}`);
    const rest: { count: number; from: number }[] = [];
    const last = this.#last;
    for (const [number, flush] of this.#flushes) {
      this.#placeErased(sequence + 1n, flush);
      if (last === null || number > last.lastFlush || last.openFlushes.includes(number)) rest.push(flush);
      else
        this.#say(this.#sequenceOf(number), "a row was put in, or stands at another time than it was sealed");
    }
    return rest;
  }
}
