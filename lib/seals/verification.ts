import type { ChainedEntry } from "./entry-leaf.ts";
import type { LostCheckpoints } from "./known-restores.ts";
import type { Seal } from "./seal.ts";
import type { SealedUse } from "./use-leaf.ts";

/** A row of the log of uses with the place that its writer gave it. */
export type PlacedUse = SealedUse & { writerId: string; flush: bigint };

/** The leaf of a row that has left with its day, of a seal that speaks for rows which have not. */
export type KeptLeaf = {
  id: string;
  receivedAt: Date;
  writerId: string;
  flush: bigint;
  ordinal: number;
  leaf: Buffer;
};

/** Evidence of one span of time. */
export type EvidenceSlice = {
  /** Its end, not of it: seals by when they were made, rows by when they were received. */
  until: Date;
  /** By chain and sequence. Read before the rows. */
  seals: AsyncIterable<Seal>;
  /** By writer, flush and place. Read before the rows. */
  leaves: AsyncIterable<KeptLeaf>;
  /** By writer, flush and place. */
  uses: AsyncIterable<PlacedUse>;
};

/** A stretch of time; its end is none of it. */
export type TimeSpan = { from: Date; until: Date };

/** Whether an instant is of a part of the evidence; of all of it every one is. */
export function isWithin(at: Date, span: TimeSpan | undefined): boolean {
  return span === undefined || (at >= span.from && at < span.until);
}

/** What a part of the evidence builds upon: what lies before it is not read. */
export type EvidenceBase = {
  /** Uses that were received before belong to what lies before. */
  from: Date;
  /** What is sealed from here on is read so that what lies before has its checkpoint, and is not counted. */
  until: Date;
  /** The checkpoint before the first that is read; null where that is the first of all. */
  checkpoint: string | null;
  /** When the first checkpoint of all was signed; null before there is one. */
  begin: Date | null;
  /** Of each chain that goes on in this part, the seal before. */
  seals: ReadonlyMap<string, Seal>;
  /** Uses up to this day are gone, as the log has it. */
  usesGoneUntil: string | null;
  /** Acts up to this one lie before it, or are gone as the log has it; 0 for none. */
  actsBefore: bigint;
  /** Acts by which somebody's data was erased, of all times, as the log has them. */
  erasures: readonly ChainedEntry[];
};

/** Where evidence is read from, once and in this order: a database, or a file that was exported from one. */
export type EvidenceSource = {
  /** Undefined: it is read from its beginning. */
  base?: EvidenceBase;
  /** Checkpoints that are said to be lost by restores; read first. */
  restores?(): Promise<readonly LostCheckpoints[]>;
  checkpoints(): AsyncIterable<string>;
  /** By sequence. */
  entries(): AsyncIterable<ChainedEntry>;
  /** In order of time, from the first evidence on. */
  slices(): AsyncIterable<EvidenceSlice>;
  /** Those that came since the entries were read, by sequence. */
  entriesSince(): AsyncIterable<ChainedEntry>;
};

/** Something that does not hold: the first of its chain. `chain` is a writer's id, `admin` or `checkpoints`; `sequence` 0 is the chain as a whole. */
export type Problem = { chain: string; sequence: bigint; says: string };

/** The first problem of each chain. */
export class Problems {
  readonly #first = new Map<string, Problem>();

  add(chain: string, sequence: bigint, says: string): void {
    const first = this.#first.get(chain);
    if (first === undefined || sequence < first.sequence) this.#first.set(chain, { chain, sequence, says });
  }

  get all(): Problem[] {
    return [...this.#first.values()];
  }
}
