import type { TokenUseRow } from "./use-writer.ts";

/** A flush that is not counted yet, or whose fate is not known. `receivedAt` is that of its rows. */
export type OpenFlush = { flush: bigint; receivedAt: Date };

/**
 * The numbers of one writer's flushes, and which of them are still open: being written, not counted yet, or lost sight of when the database
 * broke off. Everything up to `last` that is not open is counted, and whoever waited for it has the answer.
 */
export class FlushLedger {
  #last = 0n;
  /** By a flush's first row: whoever wrote rows hands the same ones over to be counted. */
  readonly #open = new Map<TokenUseRow, OpenFlush>();

  get last(): bigint {
    return this.#last;
  }

  get open(): OpenFlush[] {
    return [...this.#open.values()];
  }

  isOpen(flush: bigint): boolean {
    return this.open.some((one) => one.flush === flush);
  }

  /** The number of a flush that nobody counts. */
  next(): bigint {
    this.#last += 1n;
    return this.#last;
  }

  /** Opens the flush of some uses. */
  begin(rows: readonly TokenUseRow[], receivedAt: Date): bigint {
    const flush = this.next();
    const [first] = rows;
    if (first !== undefined) this.#open.set(first, { flush, receivedAt });
    return flush;
  }

  /** Closes the flush that these rows were last written in. @returns its number, or null where no flush of them is open. */
  close(rows: readonly TokenUseRow[]): bigint | null {
    const [first] = rows;
    const open = first === undefined ? undefined : this.#open.get(first);
    if (first === undefined || open === undefined) return null;
    this.#open.delete(first);
    return open.flush;
  }

  /** Closes flushes whose fate is known now. */
  settle(flushes: readonly OpenFlush[]): void {
    for (const [first, open] of this.#open) if (flushes.includes(open)) this.#open.delete(first);
  }
}
