/** Whoever does not read what was written to it. */
export type Unreading = { drop(): void };

/**
 * What lies unread in memory for all streams together, bounded: beyond it whoever has not read for longest is cut off, and comes back from its position.
 * The same buffer for many is one.
 */
export class UnreadBytes {
  readonly #maxBytes: number;
  /** In the order in which they began not to read. */
  readonly #held = new Map<Unreading, Buffer[]>();
  readonly #users = new Map<Buffer, number>();
  #bytes = 0;
  #dropped = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Streams that were cut off for it. */
  get dropped(): number {
    return this.#dropped;
  }

  hold(stream: Unreading, buffer: Buffer): void {
    const buffers = this.#held.get(stream);
    if (buffers === undefined) this.#held.set(stream, [buffer]);
    else buffers.push(buffer);
    const users = this.#users.get(buffer) ?? 0;
    this.#users.set(buffer, users + 1);
    if (users === 0) this.#bytes += buffer.length;
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#dropped += 1;
      this.release(oldest);
      oldest.drop();
    }
  }

  /** It has read all, or is gone. */
  release(stream: Unreading): void {
    for (const buffer of this.#held.get(stream) ?? []) {
      const users = (this.#users.get(buffer) ?? 1) - 1;
      if (users > 0) this.#users.set(buffer, users);
      else {
        this.#users.delete(buffer);
        this.#bytes -= buffer.length;
      }
    }
    this.#held.delete(stream);
  }
}
