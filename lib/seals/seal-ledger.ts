import type { Sql } from "../db/sql.ts";
import { merkleRoot } from "./merkle.ts";
import { flushLeaf } from "./use-leaf.ts";

/** A flush that is committed, as a seal takes it. */
export type FlushToSeal = {
  flush: bigint;
  count: number;
  /** Of the flush in the seal's tree. */
  leaf: Buffer;
  receivedFrom: Date;
  receivedTo: Date;
};

/** What was handed to the database and is not known to be there. */
export type DoubtfulFlush = {
  flush: bigint;
  receivedFrom: Date;
  receivedTo: Date;
  /** Some of its rows may go in and others not; else all or none. */
  isPiecemeal?: boolean;
};

/** Rows on their way into the database. */
export type TrackedFlush = {
  /** They went in: all, or those of these places. In a transaction it is the commit that counts. */
  written(ordinals?: ReadonlySet<number>): void;
  /** None went in. */
  dropped(): void;
  /** The statement failed. */
  failed(error: unknown): void;
};

type Held = DoubtfulFlush & {
  makeLeaves: (() => Buffer[]) | null;
  leaves: Buffer[];
  since: number;
  isDoubtful: boolean;
};

function leavesOf(held: Held): Buffer[] {
  if (held.makeLeaves !== null) {
    held.leaves = held.makeLeaves();
    held.makeLeaves = null;
  }
  return held.leaves;
}

export function flushToSeal(
  { flush, receivedFrom, receivedTo }: DoubtfulFlush,
  leaves: readonly Buffer[],
): FlushToSeal {
  const leaf = flushLeaf(flush, leaves.length, merkleRoot(leaves));
  return { flush, count: leaves.length, leaf, receivedFrom, receivedTo };
}

/**
 * What one writer has handed to the database since its last seal, hashed as it was handed over: what somebody changes in the database afterwards is
 * not what the seal says.
 */
export class SealLedger {
  readonly #held = new Map<bigint, Held>();
  #ready: FlushToSeal[] = [];

  /**
   * Follows a flush. Its leaves are made while the statement is under way.
   *
   * @param sql where it is written: alone, or in a transaction whose end decides.
   */
  track(sql: Sql, about: DoubtfulFlush, makeLeaves: () => Buffer[]): TrackedFlush {
    const { flush } = about;
    const held: Held = {
      ...about,
      makeLeaves,
      leaves: [],
      since: performance.now(),
      isDoubtful: false,
    };
    this.#held.set(flush, held);
    // after the statement has left
    setImmediate(() => leavesOf(held));
    let ordinals: ReadonlySet<number> | undefined;
    let isWritten = false;
    sql.onEnd?.((end) => {
      if (end === "unknown" && isWritten) held.isDoubtful = true;
      else if (end === "committed" && isWritten) this.#commit(held, ordinals);
      else this.#held.delete(flush);
    });
    const isAlone = sql.onEnd === undefined;
    return {
      written: (which) => {
        isWritten = true;
        ordinals = which;
        if (isAlone) this.#commit(held, which);
      },
      dropped: () => {
        this.#held.delete(flush);
      },
      failed: (error) => {
        if (!isAlone) return;
        // an error of a statement alone is the end of its transaction; anything else leaves open whether it was committed
        if ((error as { severity?: unknown }).severity === "ERROR") this.#held.delete(flush);
        else held.isDoubtful = true;
      },
    };
  }

  #commit(held: Held, ordinals: ReadonlySet<number> | undefined): void {
    if (!this.#held.delete(held.flush)) return;
    const all = leavesOf(held);
    const leaves = ordinals === undefined ? all : all.filter((_, ordinal) => ordinals.has(ordinal));
    if (leaves.length > 0) this.#ready.push(flushToSeal(held, leaves));
  }

  /** Flushes under way, or of which nobody knows whether they are there. */
  get open(): bigint[] {
    return [...this.#held.keys()];
  }

  /** Those of which nobody has known for so long. */
  doubtful(forMs: number): DoubtfulFlush[] {
    const before = performance.now() - forMs;
    return [...this.#held.values()].filter((one) => one.isDoubtful && one.since < before);
  }

  /** Ends a doubt: these places of the flush are in the database. What goes in as a whole is all there where some of it is. */
  settle(flush: bigint, ordinals: ReadonlySet<number>): void {
    const held = this.#held.get(flush);
    if (held === undefined) return;
    if (ordinals.size === 0) this.#held.delete(flush);
    else this.#commit(held, held.isPiecemeal === true ? ordinals : undefined);
  }

  /** Takes what is committed, for the next seal. */
  take(): FlushToSeal[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready.sort((one, other) => (one.flush < other.flush ? -1 : 1));
  }

  /** Gives back what did not get into a seal. */
  giveBack(flushes: readonly FlushToSeal[]): void {
    this.#ready.push(...flushes);
  }
}
