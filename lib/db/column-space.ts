/** Memory that columns are written into, used again by the next flush. */
const FIRST_BYTES = 64 * 1_024;
/** What is larger is let go of after its flush. */
const KEPT_BYTES = 1_024 * 1_024;

/** Where a column is to be written. */
export type Space = {
  /** Bytes that nobody else writes to until the space is cleared. */
  take(bytes: number): Buffer;
};

/** Memory of its own for each column. */
export const OWN_SPACE: Space = { take: (bytes) => Buffer.allocUnsafe(bytes) };

class ColumnSpace implements Space {
  #slab = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #used = 0;

  take(bytes: number): Buffer {
    if (this.#used + bytes > this.#slab.length) {
      // what was taken before stays where it is
      this.#slab = Buffer.allocUnsafeSlow(Math.max(2 * this.#slab.length, bytes));
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += bytes;
    return this.#slab.subarray(from, this.#used);
  }

  clear(): void {
    this.#used = 0;
    if (this.#slab.length > KEPT_BYTES) this.#slab = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }
}

/** As many as there were flushes under way at once. */
const free: ColumnSpace[] = [];

/**
 * Lends space for the columns of a flush until `work` is over. A flush lives long enough for the collector to take its columns for something that stays: they
 * would lie about, some ten megabytes a second of a flood, until it looks through everything. The driver has copied them once its query is sent.
 */
export async function withColumnSpace<T>(work: (space: Space) => Promise<T>): Promise<T> {
  const space = free.pop() ?? new ColumnSpace();
  try {
    return await work(space);
  } finally {
    space.clear();
    free.push(space);
  }
}
